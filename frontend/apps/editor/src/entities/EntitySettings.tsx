import { Group, Textarea, TextInput } from "@mantine/core";
import { ENTITY_KINDS, entityNameProblem, fieldLabel, tidyEntity, without, type Entity, type EntityUi } from "@torque/model";
import { Button } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommit, useDocument } from "../model/ModelProvider";
import { MultiSelect, Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import parts from "../parts/parts.module.css";
import { useDraft } from "./useDraft";
import classes from "./entities.module.css";

const PARTS = ["fields", "constraints", "indexes", "lifecycle_hooks"];
const own = (entity: Entity): Entity => PARTS.reduce<Entity>((rest, name) => without(rest, name), tidyEntity(entity));

/** Names, kind, description and how lists of the entity look. */
export function EntitySettings({ entity }: { entity: Entity }) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const commit = useCommit();
  const draft = useDraft("Entity", entity.id, entity, own);
  const [checked, setChecked] = useState(false);
  const { value } = draft;
  const problem = entityNameProblem(document, value.name, entity.id);
  const ui = value.ui_config ?? {};
  const list = ui.list_view ?? {};
  const fields = entity.fields.map((field) => ({ value: field.name, label: fieldLabel(field) }));
  const edit = (change: Partial<EntityUi>): void => {
    draft.edit({ ui_config: { ...ui, ...change } });
  };
  const apply = (): void => {
    setChecked(true);
    if (problem) return;
    if (commit(draft.changes, t("entities.changed", { name: value.display_name ?? value.name }))) draft.discard();
  };
  return (
    <form
      noValidate
      className={classes.settings}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <div className={classes.two}>
        <TextInput label={t("entities.label")} value={value.display_name ?? ""} onChange={(event) => { draft.edit({ display_name: event.currentTarget.value || undefined }); }} />
        <TextInput
          label={t("entities.name")}
          required
          spellCheck={false}
          classNames={{ input: parts.monoInput }}
          description={value.name === entity.name ? undefined : t("entities.renameHelp")}
          error={checked && problem ? t(`name.${problem}`) : undefined}
          value={value.name}
          onChange={(event) => { draft.edit({ name: event.currentTarget.value }); }}
        />
      </div>
      <Textarea
        label={<OptionalLabel>{t("models.description")}</OptionalLabel>}
        autosize
        minRows={2}
        value={value.description ?? ""}
        onChange={(event) => { draft.edit({ description: event.currentTarget.value || undefined }); }}
      />
      <div className={classes.two}>
        <Select
          label={t("entities.kind")}
          allowDeselect={false}
          data={ENTITY_KINDS.map((kind) => ({ value: kind, label: t(`entityKind.${kind}`) }))}
          value={value.kind ?? "Data"}
          onChange={(kind) => { draft.edit({ kind: kind ?? undefined }); }}
        />
        <TextInput
          label={<OptionalLabel>{t("entities.icon")}</OptionalLabel>}
          spellCheck={false}
          classNames={{ input: parts.monoInput }}
          value={ui.icon ?? ""}
          onChange={(event) => { edit({ icon: event.currentTarget.value || undefined }); }}
        />
      </div>
      <h2>{t("entities.lists")}</h2>
      <Select
        label={t("entities.titleField")}
        description={t("entities.titleHelp")}
        clearable
        placeholder={t("entities.titleAuto")}
        data={fields}
        value={ui.title_field ?? null}
        onChange={(name) => { edit({ title_field: name ?? undefined }); }}
      />
      <MultiSelect
        label={t("entities.columns")}
        placeholder={list.columns?.length ? undefined : t("entities.columnsAuto")}
        data={fields}
        value={list.columns ?? []}
        onChange={(columns) => { edit({ list_view: { ...list, columns } }); }}
      />
      <div className={classes.two}>
        <Select
          label={t("entities.sort")}
          clearable
          placeholder={t("entities.sortAuto")}
          data={[...fields, ...["created_at", "updated_at"].filter((name) => !fields.some((field) => field.value === name)).map((name) => ({ value: name, label: name }))]}
          value={list.default_sort?.field ?? null}
          onChange={(field) => { edit({ list_view: { ...list, default_sort: field ? { field, direction: list.default_sort?.direction ?? "asc" } : undefined } }); }}
        />
        <Select
          label={t("entities.direction")}
          allowDeselect={false}
          disabled={!list.default_sort}
          data={[
            { value: "asc", label: t("entities.ascending") },
            { value: "desc", label: t("entities.descending") },
          ]}
          value={list.default_sort?.direction ?? "asc"}
          onChange={(direction) => {
            if (list.default_sort) edit({ list_view: { ...list, default_sort: { ...list.default_sort, direction: direction ?? "asc" } } });
          }}
        />
      </div>
      <Group gap="sm" className={classes.settingsFoot}>
        <span role="status">{draft.count ? t("panel.changes", { count: draft.count }) : t("panel.same")}</span>
        {draft.count > 0 && <Button onClick={draft.discard}>{t("panel.discard")}</Button>}
        <Button type="submit" kind="primary">
          {t("panel.apply")}
        </Button>
      </Group>
    </form>
  );
}
