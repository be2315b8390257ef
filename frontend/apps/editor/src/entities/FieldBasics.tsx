import { Checkbox, TextInput } from "@mantine/core";
import { FIELD_TYPES, toName, typeOf, type Field } from "@torque/model";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { PanelSection } from "../parts/EditPanel";
import parts from "../parts/parts.module.css";
import { DefaultValue } from "./DefaultValue";
import { TypeSettings } from "./TypeSettings";
import classes from "./entities.module.css";

export type FieldBasicsProps = {
  draft: Field;
  /** created_at and updated_at: only their label is the model's. */
  system: boolean;
  /** A new field's name follows its label. */
  isNew: boolean;
  nameError: string | undefined;
  typeError: string | undefined;
  onEdit: (change: Partial<Field>) => void;
};

/** Name, label, type with its settings, default, and the three flags. */
export function FieldBasics({ draft, system, isNew, nameError, typeError, onEdit }: FieldBasicsProps) {
  const { t } = useTranslation("editor");
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
          <Kind type={draft.field_type} initial={draft.default_value} error={typeError} onEdit={onEdit} />
          <Flags required={draft.required} unique={draft.unique} indexed={draft.indexed} onEdit={onEdit} />
        </>
      )}
    </PanelSection>
  );
}

type KindProps = { type: Field["field_type"]; initial: unknown; error: string | undefined; onEdit: FieldBasicsProps["onEdit"] };

/** The type with what belongs to it; drawn apart from the names, which change with every key. */
const Kind = memo(function Kind({ type, initial, error, onEdit }: KindProps) {
  const { t } = useTranslation("editor");
  const { entities = [] } = useDocument();
  return (
    <>
      <div className={classes.two}>
        <Select
          label={t("fields.type")}
          allowDeselect={false}
          searchable
          data={FIELD_TYPES.map((value) => ({ value, label: t(`fieldType.${value}`) }))}
          value={type.type}
          onChange={(name) => {
            if (name) onEdit({ field_type: typeOf(name, type, entities[0]?.name), default_value: undefined });
          }}
        />
        <DefaultValue type={type} value={initial} onEdit={onEdit} />
      </div>
      <TypeSettings
        type={type}
        error={error}
        onChange={(field_type) => {
          onEdit({ field_type });
        }}
      />
    </>
  );
});

type FlagsProps = Pick<Field, "required" | "unique" | "indexed"> & { onEdit: FieldBasicsProps["onEdit"] };

const Flags = memo(function Flags({ onEdit, ...flags }: FlagsProps) {
  const { t } = useTranslation("editor");
  return (
    <div className={classes.flagsRow}>
      {(["required", "unique", "indexed"] as const).map((flag) => (
        <Checkbox
          key={flag}
          label={t(`fields.${flag}`)}
          checked={flags[flag] ?? false}
          onChange={(event) => {
            onEdit({ [flag]: event.currentTarget.checked });
          }}
        />
      ))}
    </div>
  );
});
