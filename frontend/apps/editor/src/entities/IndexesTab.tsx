import { Checkbox, MultiSelect, Select, TextInput } from "@mantine/core";
import { add, compact, INDEX_TYPES, remove, type Entity, type Index } from "@torque/model";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCommit } from "../model/ModelProvider";
import { EditPanel, PanelSection } from "../parts/EditPanel";
import parts from "../parts/parts.module.css";
import { usePart } from "../parts/usePart";
import { PartTab } from "./PartTab";
import { useDraft } from "./useDraft";

const idOf = (entity: Entity, index: Index): string => index.id ?? `${entity.id}/${index.name}`;
const NEW: Index = { name: "", fields: [] };

/** The fields that are searched or sorted together. */
export function IndexesTab({ entity, head }: { entity: Entity; head: ReactNode }) {
  const { t } = useTranslation("editor");
  const { open, show } = usePart("index");
  const indexes = entity.indexes ?? [];
  const index = indexes.find((candidate) => idOf(entity, candidate) === open);
  const shown = index ?? (open === "new" ? NEW : undefined);
  return (
    <PartTab
      head={head}
      about={t("indexes.about")}
      addLabel={t("indexes.add")}
      none={t("indexes.none")}
      columns={[t("fields.name"), t("indexes.fields"), t("fields.type"), t("fields.unique")]}
      rows={indexes.map((one) => ({
        id: idOf(entity, one),
        name: one.name,
        cells: [<code key="fields">{one.fields.join(", ")}</code>, one.type ?? "BTree", one.unique ? t("yes") : "–"],
      }))}
      open={open}
      onOpen={show}
      panel={shown && <IndexPanel key={open} entity={entity} index={shown} id={index && idOf(entity, index)} onShow={show} />}
    />
  );
}

type PanelProps = { entity: Entity; index: Index; id: string | undefined; onShow: (id: string | null) => void };

function IndexPanel({ entity, index, id, onShow }: PanelProps) {
  const { t } = useTranslation("editor");
  const commit = useCommit();
  const draft = useDraft("Index", id, index, (part: Index) => ({ ...compact(part), ...(part.unique ? {} : { unique: undefined }) }));
  const [checked, setChecked] = useState(false);
  const { value } = draft;
  const nameError = value.name ? (entity.indexes?.some((one) => one !== index && one.name === value.name) ? t("name.taken") : undefined) : t("name.empty");
  const fieldsError = value.fields.length ? undefined : t("indexes.noFields");
  const errors = (nameError ? 1 : 0) + (fieldsError ? 1 : 0);
  const apply = (): void => {
    setChecked(true);
    if (errors) return;
    if (id !== undefined) {
      if (commit(draft.changes, t("indexes.changed", { name: value.name }))) draft.discard();
      return;
    }
    const made = compact({ ...value, unique: value.unique || undefined });
    if (commit([add("Index", made, { parent: entity.id })], t("indexes.added", { name: value.name }))) onShow(`${entity.id}/${value.name}`);
  };
  return (
    <EditPanel
      title={index.name || t("indexes.new")}
      changes={draft.count}
      errors={checked ? errors : 0}
      verb={t(id === undefined ? "indexes.add" : "panel.apply")}
      onApply={apply}
      onDiscard={draft.discard}
      onClose={() => { onShow(null); }}
      onRemove={
        id === undefined
          ? undefined
          : () => {
              if (commit([remove("Index", id)], t("indexes.removed", { name: index.name }))) onShow(null);
            }
      }
    >
      <PanelSection>
        <TextInput
          label={t("fields.name")}
          required
          autoFocus={id === undefined}
          spellCheck={false}
          classNames={{ input: parts.monoInput }}
          value={value.name}
          error={checked ? nameError : undefined}
          onChange={(event) => { draft.edit({ name: event.currentTarget.value }); }}
        />
        <MultiSelect
          label={t("indexes.fields")}
          required
          data={entity.fields.map((field) => field.name)}
          value={value.fields}
          error={checked ? fieldsError : undefined}
          onChange={(fields) => { draft.edit({ fields }); }}
        />
        <Select
          label={t("fields.type")}
          allowDeselect={false}
          data={[...INDEX_TYPES]}
          value={value.type ?? "BTree"}
          onChange={(type) => { draft.edit({ type: type === "BTree" ? undefined : (type ?? undefined) }); }}
        />
        <Checkbox label={t("fields.unique")} checked={value.unique ?? false} onChange={(event) => { draft.edit({ unique: event.currentTarget.checked || undefined }); }} />
      </PanelSection>
    </EditPanel>
  );
}
