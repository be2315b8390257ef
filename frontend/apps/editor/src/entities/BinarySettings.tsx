import { NumberInput, TagsInput } from "@mantine/core";
import type { FieldType } from "@torque/model";
import { useTranslation } from "react-i18next";
import { Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import parts from "../parts/parts.module.css";
import { UNIT_BYTES, UNITS, unitOf, type Unit } from "./fileSize";
import classes from "./entities.module.css";
import { useState } from "react";

const USUAL = ["image/*", "image/png", "image/jpeg", "application/pdf", "text/*", "text/csv", "audio/*", "video/*"];

type Binary = Extract<FieldType, { type: "Binary" }>;
export type BinarySettingsProps = { type: Binary; error?: string; onChange: (type: Binary) => void };

/** How large a file may be, and of which media types. */
export function BinarySettings({ type, error, onChange }: BinarySettingsProps) {
  const { t } = useTranslation("editor");
  const [unit, setUnit] = useState<Unit>(() => unitOf(type.max_size));
  const setSize = (amount: number | undefined, of: Unit): void => {
    onChange({ ...type, max_size: amount === undefined ? undefined : Math.round(amount * UNIT_BYTES[of]) });
  };
  const amount = type.max_size && type.max_size / UNIT_BYTES[unit];
  return (
    <>
      <div className={classes.two}>
        <NumberInput
          label={<OptionalLabel>{t("files.maxSize")}</OptionalLabel>}
          hideControls
          min={0}
          decimalScale={2}
          value={amount ?? ""}
          onChange={(next) => {
            setSize(next === "" ? undefined : Number(next), unit);
          }}
        />
        <Select
          label={t("files.unit")}
          allowDeselect={false}
          data={UNITS}
          value={unit}
          onChange={(next) => {
            if (!next) return;
            setUnit(next);
            setSize(amount, next);
          }}
        />
      </div>
      <TagsInput
        label={<OptionalLabel>{t("files.types")}</OptionalLabel>}
        description={t("files.typesHelp")}
        data={USUAL}
        classNames={{ pill: parts.monoInput }}
        error={error}
        placeholder={type.types?.length ? undefined : t("files.any")}
        acceptValueOnBlur
        splitChars={[",", " "]}
        value={type.types ?? []}
        onChange={(types) => {
          onChange({ ...type, types: types.map((one) => one.toLowerCase()) });
        }}
      />
    </>
  );
}
