import { codeOf } from "@torque/client";
import type { EntityRecord, FormDefinition } from "@torque/protocol";
import { Button, ErrorPane, formatDateTime, formatValue, icons, Modal, shapeOfField, useLocale, ValueList, type GridColumnSpec } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { errorText } from "../data/mutations";
import { titleOfRecord } from "../data/titles";
import { useReferences } from "../data/useReferences";
import { deletedAt, deletedBy, rootOf, wentAlong } from "./deleted";
import classes from "./DeletedPage.module.css";
import type { BringBack } from "./useBringBack";

const WIDTH = 640;

type DeletedRecordProps = { entityType: string; /** Null while none is looked at. */ record: EntityRecord | null; form: FormDefinition | undefined; /** How the list writes its fields. */ columns: readonly GridColumnSpec[]; bringBack: BringBack["quietly"]; onClose: () => void };

/** A deleted record as it was last, and the way back. */
export function DeletedRecord({ entityType, record, ...content }: DeletedRecordProps) {
  const { titles } = useRuntime();
  return (
    <Modal opened={record !== null} onClose={content.onClose} title={record ? titleOfRecord(record, titles.titleField(entityType)) : ""} width={WIDTH}>
      {record && <Content record={record} {...content} />}
    </Modal>
  );
}

function Content({ record, form, columns, bringBack, onClose }: Omit<DeletedRecordProps, "entityType"> & { record: EntityRecord }) {
  const { t } = useTranslation("runtime");
  const ui = useTranslation("ui");
  const locale = useLocale();
  const { titleOf } = useReferences();
  const [busy, setBusy] = useState<"all" | "one" | null>(null);
  const along = wentAlong(record);
  const [problem, setProblem] = useState<unknown>(null);
  const words = { yes: ui.t("yes"), no: ui.t("no") };
  const values = (form?.fields ?? []).map((field) => ({
    name: field.name,
    label: field.label,
    text: formatValue(record[field.name], columns.find((column) => column.field === field.name) ?? shapeOfField(field), locale, words, (id) => titleOf(field.entity ?? "", id)),
  }));
  const restore = async (alone: boolean): Promise<void> => {
    setBusy(alone ? "one" : "all");
    setProblem(null);
    const failure = await bringBack(record.id, alone);
    setBusy(null);
    if (failure === null) onClose();
    else setProblem(failure);
  };
  return (
    <>
      <p className={classes.about}>
        {t("deleted.about", { who: deletedBy(record), time: formatDateTime(deletedAt(record), locale) })}{" "}
        {along > 0 && t("deleted.tookAlong", { count: along })}
        {rootOf(record) && t("deleted.went")}
      </p>
      {problem !== null && <ErrorPane message={errorText(problem, t("error.offline"), t("error.unknown"))} code={codeOf(problem)} />}
      <ValueList values={values} />
      <div className={classes.foot}>
        <Button onClick={onClose}>{ui.t("close")}</Button>
        {along > 0 && (
          <Button busy={busy === "one"} disabled={busy === "all"} onClick={() => void restore(true)}>
            {t("deleted.restoreOne")}
          </Button>
        )}
        <Button kind="primary" icon={<icons.IconArrowBackUp aria-hidden />} busy={busy === "all"} disabled={busy === "one"} onClick={() => void restore(false)}>
          {along > 0 ? t("deleted.restoreAll", { count: along }) : t("deleted.restore")}
        </Button>
      </div>
    </>
  );
}
