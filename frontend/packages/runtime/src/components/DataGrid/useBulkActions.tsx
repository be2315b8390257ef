import type { DataGridProps, FormDefinition, Json } from "@torque/protocol";
import { icons, showToast, type BulkAction, type FieldTypeName, type GridColumnSpec } from "@torque/ui";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../../context";
import { errorText, useMutations } from "../../data/mutations";
import type { References } from "../../data/useReferences";
import { singular } from "../../noun";
import { useDelete } from "../../record/useDelete";

/** Fields that are set by one choice; the first two of a grid have a button of their own. */
const CHOSEN: readonly FieldTypeName[] = ["Enum", "Reference", "Boolean", "Date"];
const MOST_FIELDS = 2;

const valueOf = (text: string, type: FieldTypeName): Json => (type === "Boolean" ? text === "true" : text);

/** Columns whose field the form of these records lets be changed. */
function settable(columns: readonly GridColumnSpec[], form: FormDefinition | undefined): GridColumnSpec[] {
  const open = new Set(form?.fields.filter(({ readOnly, multiple }) => !readOnly && !multiple).map(({ name }) => name));
  return columns.filter(({ field, type }) => open.has(field) && CHOSEN.includes(type)).sort((a, b) => CHOSEN.indexOf(a.type) - CHOSEN.indexOf(b.type));
}

/** What this reader may do to several records at once: set a field, delete. */
export function useBulkActions(props: DataGridProps, columns: readonly GridColumnSpec[], form: FormDefinition | undefined, references: References): BulkAction[] {
  const { t, i18n } = useTranslation("runtime");
  const { metadata } = useRuntime();
  const { updateAll } = useMutations();
  const remove = useDelete();
  const { entityType, rowActions } = props;
  const permissions = metadata.entities.find(({ name }) => name === entityType)?.permissions;
  return useMemo(() => {
    const wanted = rowActions ?? ["edit", "delete"];
    const apply = async (ids: readonly string[], column: GridColumnSpec, value: string): Promise<readonly string[]> => {
      const failed = (count: number, error: unknown): string =>
        showToast({ kind: "error", message: t("bulk.failed", { count, reason: errorText(error, t("error.offline"), t("error.unknown")) }) });
      try {
        const refused = await updateAll(entityType, ids, { [column.field]: valueOf(value, column.type) });
        if (refused) failed(refused.ids.length, refused.error);
        return refused?.ids ?? [];
      } catch (error) {
        failed(ids.length, error);
        return ids;
      }
    };
    const fields = wanted.includes("edit") && permissions?.update !== false ? settable(columns, form).slice(0, MOST_FIELDS) : [];
    const actions = fields.map((column): BulkAction => {
      const { field: name, title: label, type, options, entity } = column;
      const find = references.find;
      return { id: name, label: t("bulk.set", { field: singular(label, i18n.language) }), icon: <icons.IconPencil aria-hidden />, field: { name, label, type, options, entity, find }, apply: (ids, value) => apply(ids, column, value) };
    });
    if (wanted.includes("delete") && permissions?.delete !== false)
      actions.push({ id: "delete", label: t("record.delete"), icon: <icons.IconTrash aria-hidden />, danger: true, run: (ids) => remove(entityType, ids) });
    return actions;
  }, [rowActions, entityType, permissions, columns, form, references.find, t, i18n.language, updateAll, remove]);
}
