import { Menu } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconDots } from "../icons";
import {
  add,
  fieldLabel,
  fieldNameProblem,
  freeId,
  move,
  remove,
  tidyField,
  updateBetween,
  SYSTEM_FIELDS,
  type Entity,
  type Field,
} from "@torque/model";
import { IconButton, showToast } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommit, useDocument, useSteps } from "../model/ModelProvider";
import { EditPanel } from "../parts/EditPanel";
import { FieldBasics } from "./FieldBasics";
import { FieldDisplay } from "./FieldDisplay";
import { FieldEffect } from "./FieldEffect";
import { FieldIcon } from "./FieldIcon";
import { FieldRules } from "./FieldRules";
import { fieldErrors } from "./fieldErrors";
import { useEffectOf } from "./useEffectOf";

export type FieldPanelProps = {
  entity: Entity;
  /** Undefined adds a new one. */
  field: Field | undefined;
  onClose: () => void;
  onAdded: (id: string) => void;
};

const NEW: Field = { id: "", name: "", field_type: { type: "String", max_length: 255 } };

/** Edits one field; nothing is a change before it is applied. */
export function FieldPanel({ entity, field, onClose, onAdded }: FieldPanelProps) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const commit = useCommit();
  const steps = useSteps();
  const stored = field ?? NEW;
  const [edited, setEdited] = useState<Field>();
  const [checked, setChecked] = useState(false);
  const draft = edited ?? stored;
  const tidy = tidyField(draft);
  const changes = updateBetween("Field", field?.id, tidyField(stored), tidy, ["id", "key"]);
  const errors = fieldErrors(draft, t);
  const problem = fieldNameProblem(entity, draft.name, field?.id);
  const wrong = Object.keys(errors).length + (problem ? 1 : 0);
  const effect = useEffectOf(wrong === 0 && field !== undefined ? changes : []);
  const [first] = changes;
  const differing = first && "set" in first ? Object.keys(first.set ?? {}).length : 0;
  const gone = first && "unset" in first ? (first.unset?.length ?? 0) : 0;

  const apply = (): void => {
    setChecked(true);
    if (wrong) return;
    const label = fieldLabel(draft);
    if (!field) {
      const id = freeId(document, "Field", `field_${entity.name}_${draft.name}`);
      if (!commit([add("Field", { ...tidy, id }, { parent: entity.id })], t("fields.added", { name: label }))) return;
      onAdded(id);
      return;
    }
    if (commit(changes, t("fields.changed", { name: label }))) setEdited(undefined);
  };
  const removeField = (): void => {
    if (!field || !commit([remove("Field", field.id)], t("fields.removed", { name: field.name }))) return;
    onClose();
    showToast({ message: t("fields.removedToast", { name: fieldLabel(field) }), action: { label: t("steps.undo"), run: steps.undo } });
  };
  const edit = (change: Partial<Field>): void => {
    setEdited({ ...draft, ...change });
  };
  const system = SYSTEM_FIELDS.has(stored.name);
  return (
    <EditPanel
      title={field ? field.name : t("fields.new")}
      icon={<FieldIcon type={draft.field_type} />}
      changes={differing + gone}
      errors={checked ? wrong : 0}
      verb={t(field ? "panel.apply" : "fields.add")}
      onApply={apply}
      onDiscard={() => {
        setEdited(undefined);
        setChecked(false);
      }}
      onClose={onClose}
      onRemove={field ? removeField : undefined}
      removeLabel={t("fields.remove")}
      tools={field && <MoveMenu entity={entity} field={field} />}
      effect={effect && <FieldEffect effect={effect} />}
    >
      <FieldBasics draft={draft} system={system} isNew={!field} nameError={checked && problem ? t(`name.${problem}`) : undefined} errors={checked ? errors : {}} onEdit={edit} />
      {!system && <FieldRules draft={draft} onEdit={edit} errors={checked ? errors : {}} />}
      <FieldDisplay draft={draft} system={system} onEdit={edit} />
    </EditPanel>
  );
}

function MoveMenu({ entity, field }: { entity: Entity; field: Field }) {
  const { t } = useTranslation("editor");
  const commit = useCommit();
  const index = entity.fields.findIndex((candidate) => candidate.id === field.id);
  const to = (next: number): void => {
    commit([move("Field", field.id, next)], t("fields.moved", { name: field.name }));
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <IconButton label={t("fields.place")}>
          <IconDots size={16} stroke={1.6} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={index === 0} leftSection={<IconArrowUp size={16} stroke={1.6} />} onClick={() => { to(index - 1); }}>
          {t("fields.up")}
        </Menu.Item>
        <Menu.Item disabled={index === entity.fields.length - 1} leftSection={<IconArrowDown size={16} stroke={1.6} />} onClick={() => { to(index + 1); }}>
          {t("fields.down")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
