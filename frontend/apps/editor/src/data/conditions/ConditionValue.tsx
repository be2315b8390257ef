import { NumberInput, TagsInput, TextInput } from "@mantine/core";
import { DateInput, DateTimePicker, TimeInput } from "@mantine/dates";
import { dayPattern, useLocale } from "@torque/ui";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { MultiSelect, Select } from "../../parts/choices";
import parts from "../../parts/parts.module.css";
import { arityOf, wireValue, type Condition } from "./conditions";
import type { Asked } from "./fields";
import { ReferenceValue } from "./ReferenceValue";
import classes from "./conditions.module.css";

export type ConditionValueProps = { condition: Condition; field: Asked; onChange: (values: readonly string[]) => void };

/** The value of a condition, asked for as its field and its operator want it. */
export function ConditionValue({ condition, field, onChange }: ConditionValueProps) {
  const { t } = useTranslation("editor");
  const { operator, values } = condition;
  const label = t("conditions.value", { field: field.label });
  const type = field.type === "Array" ? (field.element ?? "String") : field.type;
  const arity = arityOf(operator, field.type);
  const chosen = operator === "contains" || operator === "starts_with" || operator === "ends_with" ? field.type === "Array" : true;
  const choices = type === "Boolean" ? [{ value: "true", label: t("yes") }, { value: "false", label: t("no") }] : chosen ? field.choices : undefined;
  if (arity === "none") return null;
  if (type === "Reference" && field.entity) return <ReferenceValue entity={field.entity} label={label} many={arity === "many"} values={values} onChange={onChange} />;
  if (arity === "many") {
    if (choices) return <MultiSelect aria-label={label} data={[...choices]} value={[...values]} onChange={onChange} searchable placeholder={values.length === 0 ? t("conditions.choose") : undefined} />;
    return <ManyTyped label={label} type={type} values={values} onChange={onChange} />;
  }
  const at = (index: number) => (text: string) => {
    const next = arity === "two" ? [values[0] ?? "", values[1] ?? ""] : [values[0] ?? ""];
    next[index] = text;
    onChange(next.some(Boolean) ? next : []);
  };
  if (choices && arity === "one") return <Select aria-label={label} data={[...choices]} value={values[0] || null} onChange={(next) => { at(0)(next ?? ""); }} placeholder={t("conditions.choose")} allowDeselect={false} />;
  if (arity === "one") return <TypedValue label={label} type={type} value={values[0] ?? ""} onChange={at(0)} />;
  return (
    <div className={classes.two}>
      <TypedValue label={t("conditions.from", { field: field.label })} type={type} value={values[0] ?? ""} onChange={at(0)} />
      <span aria-hidden="true">–</span>
      <TypedValue label={t("conditions.to", { field: field.label })} type={type} value={values[1] ?? ""} onChange={at(1)} />
    </div>
  );
}

type TypedProps = { label: string; type: Asked["type"]; value: string; onChange: (text: string) => void };

/** One value that is typed; it counts once the field is left, or with Enter. */
function TypedValue({ label, type, value, onChange }: TypedProps) {
  const { t } = useTranslation("editor");
  const locale = useLocale();
  const [typed, setTyped] = useState({ of: value, text: value });
  const text = typed.of === value ? typed.text : value;
  const setText = (next: string): void => {
    setTyped({ of: value, text: next });
  };
  const done = (): void => {
    if (text !== value) onChange(text);
  };
  const shared = {
    "aria-label": label,
    onBlur: done,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Enter") done();
    },
  };
  switch (type) {
    case "Integer":
    case "Decimal":
    case "Float":
      return <NumberInput {...shared} hideControls allowDecimal={type !== "Integer"} value={text} onChange={(next) => { setText(String(next)); }} />;
    case "Date":
      return <DateInput aria-label={label} valueFormat={dayPattern(locale)} value={value || null} onChange={(day) => { onChange(day ?? ""); }} placeholder={t("conditions.choose")} />;
    case "DateTime":
      return (
        <DateTimePicker
          aria-label={label}
          valueFormat={`${dayPattern(locale)}, HH:mm`}
          value={value || null}
          onChange={(moment) => { onChange(moment ?? ""); }}
          placeholder={t("conditions.choose")}
          submitButtonProps={{ "aria-label": t("conditions.take") }}
          timePickerProps={{ hoursInputLabel: "HH", minutesInputLabel: "MM" }}
        />
      );
    case "Time":
      return <TimeInput {...shared} value={text} onChange={(event) => { setText(event.currentTarget.value); }} />;
    default: {
      const spoilt = type === "Json" && text !== "" && wireValue(text, type) === undefined;
      return <TextInput {...shared} value={text} onChange={(event) => { setText(event.currentTarget.value); }} error={spoilt ? t("conditions.json") : undefined} />;
    }
  }
}

/** Several values that are typed, one after the other. */
function ManyTyped({ label, type, values, onChange }: { label: string; type: Asked["type"]; values: readonly string[]; onChange: (values: readonly string[]) => void }) {
  const { t } = useTranslation("editor");
  const taken = (next: string[]): void => {
    onChange(next.filter((text) => wireValue(text, type) !== undefined));
  };
  return <TagsInput aria-label={label} value={[...values]} onChange={taken} acceptValueOnBlur classNames={{ inputField: parts.within }} splitChars={[",", ";"]} placeholder={values.length === 0 ? t("conditions.several") : undefined} />;
}
