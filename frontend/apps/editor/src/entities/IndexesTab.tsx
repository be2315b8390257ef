import { Checkbox } from "@mantine/core";
import { add, compact, INDEX_TYPES, type Entity, type Index } from "@torque/model";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { MultiSelect, Select } from "../parts/choices";
import { PanelSection } from "../parts/EditPanel";
import { PartName, PartPanel } from "./PartPanel";
import { PartTab } from "./PartTab";
import { partIdOf } from "./partId";
import { useDraft } from "./useDraft";

const NEW: Index = { name: "", fields: [] };
const tidy = (index: Index): Index => ({ ...compact(index), ...(index.unique ? {} : { unique: undefined }) });

/** The fields that are searched or sorted together. */
export function IndexesTab({ entity, head }: { entity: Entity; head: ReactNode }) {
  const { t } = useTranslation("editor");
  return (
    <PartTab
      head={head}
      words="indexes"
      parameter="index"
      all={entity.indexes ?? []}
      idOf={(one) => partIdOf(entity, one)}
      columns={[t("indexes.fields"), t("fields.type"), t("fields.unique")]}
      cells={(one) => [<code key="fields">{one.fields.join(", ")}</code>, one.type ?? "BTree", one.unique ? t("yes") : "–"]}
      panel={(one, show) => <IndexPanel key={one ? partIdOf(entity, one) : "new"} entity={entity} index={one} onShow={show} />}
    />
  );
}

function IndexPanel({ entity, index, onShow }: { entity: Entity; index: Index | undefined; onShow: (id: string | null) => void }) {
  const { t } = useTranslation("editor");
  const id = index && partIdOf(entity, index);
  const draft = useDraft("Index", id, index ?? NEW, tidy);
  const { value } = draft;
  const taken = entity.indexes?.some((one) => one !== index && one.name === value.name);
  const nameError = value.name ? (taken ? t("name.taken") : undefined) : t("name.empty");
  const fieldsError = value.fields.length ? undefined : t("indexes.noFields");
  return (
    <PartPanel
      kind="Index"
      words="indexes"
      id={id}
      stored={index ?? NEW}
      draft={draft}
      changes={id === undefined ? [add("Index", compact({ ...value, unique: value.unique || undefined }), { parent: entity.id })] : draft.changes}
      errors={(nameError ? 1 : 0) + (fieldsError ? 1 : 0)}
      idAfter={partIdOf(entity, value)}
      onShow={onShow}
    >
      {(checked) => (
        <PanelSection>
          <PartName value={value.name} error={checked ? nameError : undefined} isNew={id === undefined} onChange={(name) => { draft.edit({ name }); }} />
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
      )}
    </PartPanel>
  );
}
