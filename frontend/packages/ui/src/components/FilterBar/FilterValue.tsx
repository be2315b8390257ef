import { DatePicker } from "@mantine/dates";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choices } from "./Choices";
import type { Choice, FilterField, Operator } from "./FilterBar.types";
import { arityOf, valueOf, valuesOf, type Arity } from "./operators";
import { ReferenceValue } from "./ReferenceValue";
import { TypedList, TypedRange, TypedValue } from "./TypedValue";

type FilterValueProps = { field: FilterField; /** Default "eq". */ operator?: Operator; value: string; onChange: (value: string) => void; onDone: () => void };

type ValuesProps = { field: FilterField; arity: Arity; values: readonly string[]; onChange: (values: readonly string[]) => void; onDone: () => void };

/** The menu behind the value part of a chip: choices, a calendar, or fields to type in. */
export function FilterValue({ field, operator = "eq", value, onChange, onDone }: FilterValueProps) {
  const { t } = useTranslation("ui");
  const arity = arityOf(operator);
  const values = valuesOf({ operator, value });
  const write = (next: readonly string[]): void => onChange(valueOf(operator, next));
  const shared = { field, arity, values, onChange: write, onDone };
  switch (field.type) {
    case "Enum":
    case "Array":
      return <Chosen {...shared} choices={field.options ?? []} />;
    case "Boolean":
      return <Chosen {...shared} choices={[{ value: "true", label: t("yes") }, { value: "false", label: t("no") }]} />;
    case "Reference":
      return <Chosen {...shared} />;
    case "Date":
    case "DateTime":
      return <Days {...shared} />;
    default:
      if (arity === "two") return <TypedRange {...shared} />;
      return arity === "many" ? <TypedList {...shared} /> : <TypedValue {...shared} />;
  }
}

/** One choice ends the choosing; several are taken and given back until the menu is left. */
function Chosen({ field, arity, values, onChange, onDone, choices }: ValuesProps & { choices?: readonly Choice[] }) {
  const many = arity === "many";
  const choose = (value: string): void => {
    if (many) return onChange(values.includes(value) ? values.filter((other) => other !== value) : [...values, value]);
    onChange([value]);
    return onDone();
  };
  if (!choices) return <ReferenceValue field={field} values={values} many={many} onChoose={choose} />;
  return <Choices label={field.label} choices={choices} values={values} many={many} onChoose={choose} />;
}

/** The days an address names; it may hold what is none. */
const daysOf = (values: readonly string[]): string[] => values.filter((value) => !Number.isNaN(Date.parse(value)));

function Days({ arity, values, onChange, onDone }: ValuesProps) {
  const days = daysOf(values);
  const [range, setRange] = useState<[string | null, string | null]>([days[0] ?? null, days[1] ?? null]);
  if (arity === "many") return <DatePicker type="multiple" defaultDate={days[0]} value={days} onChange={onChange} />;
  if (arity === "one")
    return (
      <DatePicker
        defaultDate={days[0]}
        value={days[0] ?? null}
        onChange={(day) => {
          if (!day) return;
          onChange([day]);
          onDone();
        }}
      />
    );
  return (
    <DatePicker
      type="range"
      allowSingleDateInRange
      defaultDate={days[0]}
      value={range}
      onChange={(next) => {
        setRange(next);
        const [from, to] = next;
        if (!from || !to) return;
        onChange([from, to]);
        onDone();
      }}
    />
  );
}
