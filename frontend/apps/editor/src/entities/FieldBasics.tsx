import { Checkbox, Select, TextInput } from "@mantine/core";
import { FIELD_TYPES, toName, typeOf, type Field } from "@torque/model";
import { useTranslation } from "react-i18next";
import { useDocument } from "../model/ModelProvider";
import { PanelSection } from "../parts/EditPanel";
import parts from "../parts/parts.module.css";
import { DefaultValue } from "./DefaultValue";
import type { FieldErrors } from "./fieldErrors";
import { TypeSettings } from "./TypeSettings";
import classes from "./entities.module.css";

export type FieldBasicsProps = {
  draft: Field;
  /** created_at and updated_at: only their label is the model's. */
  system: boolean;
  /** A new field's name follows its label. */
  isNew: boolean;
  nameError: string | undefined;
  errors: FieldErrors;
  onEdit: (change: Partial<Field>) => void;
};

/** Name, label, type with its settings, default, and the three flags. */
export function FieldBasics({ draft, system, isNew, nameError, errors, onEdit }: FieldBasicsProps) {
  const { t } = useTranslation("editor");
  const { entities = [] } = useDocument();
  const onLabel = (label: string): void => {
    const follows = isNew && draft.name === toName(draft.display_name ?? "");
    onEdit({ display_name: label || undefined, ...(follows ? { name: toName(label) } : {}) });
  };
  return (
    <PanelSection>
      <div className={classes.two}>
        <TextInput
          label={t("fields.label")}
          value={draft.display_name ?? ""}
          autoFocus={isNew}
          onChange={(event) => {
            onLabel(event.currentTarget.value);
          }}
        />
        <TextInput
          label={t("fields.name")}
          required
          value={draft.name}
          disabled={system}
          spellCheck={false}
          classNames={{ input: parts.monoInput }}
          error={nameError}
          onChange={(event) => {
            onEdit({ name: event.currentTarget.value });
          }}
        />
      </div>
      {!system && (
        <>
          <div className={classes.two}>
            <Select
              label={t("fields.type")}
              allowDeselect={false}
              searchable
              data={FIELD_TYPES.map((value) => ({ value, label: t(`fieldType.${value}`) }))}
              value={draft.field_type.type}
              onChange={(name) => {
                if (name) onEdit({ field_type: typeOf(name, draft.field_type, entities[0]?.name), default_value: undefined });
              }}
            />
            <DefaultValue draft={draft} onEdit={onEdit} />
          </div>
          <TypeSettings
            type={draft.field_type}
            error={errors.type}
            onChange={(field_type) => {
              onEdit({ field_type });
            }}
          />
          <div className={classes.flagsRow}>
            {(["required", "unique", "indexed"] as const).map((flag) => (
              <Checkbox
                key={flag}
                label={t(`fields.${flag}`)}
                checked={draft[flag] ?? false}
                onChange={(event) => {
                  onEdit({ [flag]: event.currentTarget.checked });
                }}
              />
            ))}
          </div>
        </>
      )}
    </PanelSection>
  );
}
