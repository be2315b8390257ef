import { NumberInput } from "@mantine/core";
import { FIELD_TYPES, typeOf, type FieldType } from "@torque/model";
import { useTranslation } from "react-i18next";
import { useDocument } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import { BinarySettings } from "./BinarySettings";
import { EnumValues } from "./EnumValues";
import classes from "./entities.module.css";

export type TypeSettingsProps = { type: FieldType; error?: string; onChange: (type: FieldType) => void };

/** The settings that a type has of its own. */
export function TypeSettings({ type, error, onChange }: TypeSettingsProps) {
  const { t } = useTranslation("editor");
  const { entities = [] } = useDocument();
  switch (type.type) {
    case "String":
      return <Amount label={t("fields.maxLength")} value={type.max_length} min={1} whole onChange={(max_length) => { onChange({ ...type, max_length }); }} />;
    case "Integer":
    case "Float":
      return <Range type={type} whole={type.type === "Integer"} error={error} onChange={onChange} />;
    case "Decimal":
      return (
        <>
          <Amount label={t("fields.scale")} value={type.scale} min={0} max={15} whole onChange={(scale) => { onChange({ ...type, scale }); }} />
          <Range type={type} whole={false} error={error} onChange={onChange} />
        </>
      );
    case "Enum":
      return <EnumValues values={type.values} error={error} onChange={(values) => { onChange({ type: "Enum", values }); }} />;
    case "Reference":
      return (
        <Select
          label={t("fields.entity")}
          allowDeselect={false}
          searchable
          error={error}
          data={entities.map((entity) => ({ value: entity.name, label: entity.display_name ?? entity.name }))}
          value={type.entity || null}
          onChange={(entity) => { onChange({ type: "Reference", entity: entity ?? "" }); }}
        />
      );
    case "Array":
      return (
        <>
          <Select
            label={t("fields.element")}
            allowDeselect={false}
            data={FIELD_TYPES.filter((name) => name !== "Array").map((value) => ({ value, label: t(`fieldType.${value}`) }))}
            value={type.element_type.type}
            onChange={(name) => {
              if (name) onChange({ type: "Array", element_type: typeOf(name, type.element_type, entities[0]?.name) });
            }}
          />
          <TypeSettings type={type.element_type} error={error} onChange={(element_type) => { onChange({ type: "Array", element_type }); }} />
        </>
      );
    case "Boolean":
    case "DateTime":
    case "Date":
    case "Time":
    case "Json":
      return null;
    case "Binary":
      return <BinarySettings type={type} error={error} onChange={onChange} />;
    default:
      return type satisfies never;
  }
}

type AmountProps = {
  label: string;
  value: number | null | undefined;
  min?: number;
  max?: number;
  whole: boolean;
  error?: string;
  onChange: (value: number | undefined) => void;
};

function Amount({ label, value, min, max, whole, error, onChange }: AmountProps) {
  return (
    <NumberInput
      label={<OptionalLabel>{label}</OptionalLabel>}
      hideControls
      min={min}
      max={max}
      allowDecimal={!whole}
      error={error}
      value={value ?? ""}
      onChange={(next) => { onChange(next === "" ? undefined : Number(next)); }}
    />
  );
}

type Ranged = Extract<FieldType, { type: "Integer" | "Float" | "Decimal" }>;

function Range({ type, whole, error, onChange }: { type: Ranged; whole: boolean; error?: string; onChange: (type: FieldType) => void }) {
  const { t } = useTranslation("editor");
  return (
    <div className={classes.two}>
      <Amount label={t("fields.min")} value={type.min} whole={whole} onChange={(min) => { onChange({ ...type, min }); }} />
      <Amount label={t("fields.max")} value={type.max} whole={whole} error={error} onChange={(max) => { onChange({ ...type, max }); }} />
    </div>
  );
}
