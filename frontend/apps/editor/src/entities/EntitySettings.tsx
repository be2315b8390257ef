import { Textarea, TextInput } from "@mantine/core";
import { ENTITY_KINDS, entityNameProblem, tidyEntity, without, type Entity, type EntityKind, type EntityUi } from "@torque/model";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import parts from "../parts/parts.module.css";
import { BehaviorSettings } from "./BehaviorSettings";
import { DraftForm } from "./DraftForm";
import { ListSettings } from "./ListSettings";
import { useDraft } from "./useDraft";
import classes from "./entities.module.css";

const PARTS = ["fields", "constraints", "indexes", "lifecycle_hooks"];
const own = (entity: Entity): Entity => PARTS.reduce<Entity>((rest, name) => without(rest, name), tidyEntity(entity));

/** Names, kind, description and how lists of the entity look. */
export function EntitySettings({ entity }: { entity: Entity }) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const draft = useDraft("Entity", entity.id, entity, own);
  const [checked, setChecked] = useState(false);
  const { value } = draft;
  const problem = entityNameProblem(document, value.name, entity.id);
  const ui = value.ui_config ?? {};
  const edit = (change: Partial<EntityUi>): void => {
    draft.edit({ ui_config: { ...ui, ...change } });
  };
  const check = (): boolean => {
    setChecked(true);
    return !problem;
  };
  return (
    <DraftForm entity={entity} draft={draft} onCheck={check}>
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
          data={[...new Set<EntityKind>([...ENTITY_KINDS, entity.kind ?? "Data"])].map((kind) => ({ value: kind, label: t(`entityKind.${kind}`) }))}
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
      <ListSettings entity={entity} ui={ui} onChange={edit} />
      <BehaviorSettings behavior={value.behavior} onChange={(behavior) => { draft.edit({ behavior }); }} />
    </DraftForm>
  );
}
