import { Menu } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconDots } from "../icons";
import { add, fieldLabel, fieldNameProblem, freeId, move, tidyField, SYSTEM_FIELDS, type Entity, type Field } from "@torque/model";
import { IconButton } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useCommit, useDocument } from "../model/ModelProvider";
import { FieldBasics } from "./FieldBasics";
import { FieldDisplay } from "./FieldDisplay";
import { FieldIcon } from "./FieldIcon";
import { FieldRules } from "./FieldRules";
import { fieldErrors } from "./fieldErrors";
import { PartPanel } from "./PartPanel";
import { useDraft } from "./useDraft";

export type FieldPanelProps = {
  entity: Entity;
  /** Undefined adds a new one. */
  field: Field | undefined;
  onShow: (id: string | null) => void;
};

const NEW: Field = { id: "", name: "", field_type: { type: "String", max_length: 255 } };

/** Edits one field; nothing is a change before it is applied. */
export function FieldPanel({ entity, field, onShow }: FieldPanelProps) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const stored = field ?? NEW;
  const draft = useDraft("Field", field?.id, stored, tidyField);
  const { value, edit } = draft;
  const errors = fieldErrors(value, t);
  const problem = fieldNameProblem(entity, value.name, field?.id);
  const system = SYSTEM_FIELDS.has(stored.name);
  const id = field?.id ?? freeId(document, "Field", `field_${entity.name}_${value.name}`);
  return (
    <PartPanel
      kind="Field"
      words="fields"
      id={field?.id}
      label={fieldLabel(value)}
      icon={<FieldIcon type={value.field_type} />}
      tools={field && <MoveMenu entity={entity} field={field} />}
      stored={stored}
      draft={draft}
      changes={field ? draft.changes : [add("Field", { ...tidyField(value), id }, { parent: entity.id })]}
      errors={Object.keys(errors).length + (problem ? 1 : 0)}
      refusals={[`invalid-expression/${id}`, `circular-expression/${id}`]}
      idAfter={id}
      onShow={onShow}
    >
      {(checked, refusal) => (
        <>
          <FieldBasics draft={value} system={system} isNew={!field} nameError={checked && problem ? t(`name.${problem}`) : undefined} typeError={checked ? errors.type : undefined} onEdit={edit} />
          {!system && <FieldRules type={value.field_type} rules={value.validation} onEdit={edit} error={checked ? errors.rules : undefined} />}
          <FieldDisplay ui={value.ui_config} computed={value.computed} system={system} refusal={refusal} onEdit={edit} />
        </>
      )}
    </PartPanel>
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
