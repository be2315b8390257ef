import { NumberInput, TextInput } from "@mantine/core";
import type { Field } from "@torque/model";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import parts from "../parts/parts.module.css";

export type DefaultValueProps = { type: Field["field_type"]; value: unknown; onEdit: (change: Partial<Field>) => void };

/** What a record gets when the field is left out on creation. */
export function DefaultValue({ type, value, onEdit }: DefaultValueProps) {
  const { t } = useTranslation("editor");
  const label = <OptionalLabel>{t("fields.default")}</OptionalLabel>;
  const set = (next: unknown): void => {
    onEdit({ default_value: next === null || next === "" ? undefined : next });
  };
  switch (type.type) {
    case "Boolean":
      return (
        <Select
          label={label}
          clearable
          placeholder={t("fields.noDefault")}
          data={[
            { value: "true", label: t("yes") },
            { value: "false", label: t("no") },
          ]}
          value={typeof value === "boolean" ? String(value) : null}
          onChange={(next) => {
            set(next === null ? undefined : next === "true");
          }}
        />
      );
    case "Enum":
      return (
        <Select
          label={label}
          clearable
          placeholder={t("fields.noDefault")}
          data={type.values.map((one) => (typeof one === "string" ? { value: one, label: one } : { value: one.value, label: one.label ?? one.value })).filter((one) => one.value)}
          value={typeof value === "string" ? value : null}
          onChange={set}
        />
      );
    case "Integer":
    case "Decimal":
    case "Float":
      return (
        <NumberInput
          label={label}
          hideControls
          placeholder={t("fields.noDefault")}
          allowDecimal={type.type !== "Integer"}
          value={typeof value === "number" ? value : ""}
          onChange={(next) => {
            set(next === "" ? undefined : Number(next));
          }}
        />
      );
    default:
      return <TextDefault label={label} type={type.type} value={value} onSet={set} />;
  }
}

const HINTS: Partial<Record<string, string>> = { DateTime: "now()", Date: "today()", Time: "09:00:00" };

function TextDefault({ label, type, value, onSet }: { label: ReactNode; type: string; value: unknown; onSet: (value: unknown) => void }) {
  const { t } = useTranslation("editor");
  const structured = type === "Json" || type === "Array";
  const shown = value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  const read = (text: string): unknown => {
    if (!structured || !text) return text;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  };
  return (
    <TextInput
      label={label}
      placeholder={HINTS[type] ?? t("fields.noDefault")}
      spellCheck={false}
      classNames={{ input: parts.monoInput }}
      value={shown}
      onChange={(event) => {
        onSet(read(event.currentTarget.value));
      }}
    />
  );
}
