import { NumberInput, TagsInput, TextInput } from "@mantine/core";
import { useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isNumeric, type FieldTypeName } from "../../format/value";
import classes from "./FilterBar.module.css";
import type { FilterField } from "./FilterBar.types";

type TypedProps = { field: FilterField; values: readonly string[]; onChange: (values: readonly string[]) => void; onDone: () => void };

/** Runs `done` at Enter, which must not reach the button that gets the focus back: it would take the key as a press. */
const atEnter = (done: () => void) => (event: KeyboardEvent) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  done();
};

type InputProps = { type: FieldTypeName; text: string; onText: (text: string) => void; label?: ReactNode; "aria-label"?: string; "data-autofocus"?: boolean; onKeyDown: (event: KeyboardEvent) => void; onBlur: () => void };

function TypedInput({ type, text, onText, ...shared }: InputProps) {
  if (isNumeric(type)) return <NumberInput {...shared} className={classes.typed} hideControls allowDecimal={type !== "Integer"} value={text} onChange={(next) => onText(String(next))} />;
  return <TextInput {...shared} className={classes.typed} type={type === "Time" ? "time" : undefined} value={text} onChange={(event) => onText(event.currentTarget.value)} />;
}

/** One value that is typed; it counts once the field is left, or with Enter. */
export function TypedValue({ field, values, onChange, onDone }: TypedProps) {
  const value = values[0] ?? "";
  const [text, setText] = useState(value);
  const take = (): void => {
    if (text !== value) onChange([text]);
  };
  const enter = atEnter(() => {
    take();
    onDone();
  });
  return <TypedInput type={field.type} text={text} onText={setText} aria-label={field.label} data-autofocus onKeyDown={enter} onBlur={take} />;
}

const before = (one: string, other: string, type: FieldTypeName): boolean => (isNumeric(type) ? Number(one) < Number(other) : one < other);

/** The first and the last value, in either order; one of them alone is open to its other side. */
export function TypedRange({ field, values, onChange, onDone }: TypedProps) {
  const { t } = useTranslation("ui");
  const [from, setFrom] = useState(values[0] ?? "");
  const [to, setTo] = useState(values[1] ?? "");
  const take = (): void => {
    const turned = from !== "" && to !== "" && before(to, from, field.type);
    const next = turned ? [to, from] : [from, to];
    if (next.join("\n") !== [values[0] ?? "", values[1] ?? ""].join("\n")) onChange(next);
  };
  const enter = atEnter(() => {
    take();
    onDone();
  });
  const leave = (event: React.FocusEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.contains(event.relatedTarget)) take();
  };
  const shared = { type: field.type, onKeyDown: enter, onBlur: () => undefined };
  return (
    <div role="group" aria-label={field.label} className={classes.range} onBlur={leave}>
      <TypedInput {...shared} text={from} onText={setFrom} label={t("filter.from")} data-autofocus />
      <TypedInput {...shared} text={to} onText={setTo} label={t("filter.to")} />
    </div>
  );
}

/** Several values, one after the other; Enter without a text has them all. */
export function TypedList({ field, values, onChange, onDone }: TypedProps) {
  const { t } = useTranslation("ui");
  const [text, setText] = useState("");
  const fits = (one: string): boolean => !isNumeric(field.type) || Number.isFinite(Number(one));
  return (
    <TagsInput
      aria-label={field.label}
      description={t("filter.several")}
      data-autofocus
      className={classes.typed}
      inputMode={isNumeric(field.type) ? "decimal" : undefined}
      acceptValueOnBlur
      splitChars={[";"]}
      value={[...values]}
      searchValue={text}
      onSearchChange={setText}
      onChange={(next) => onChange(next.filter(fits))}
      onKeyDown={(event) => {
        if (text.trim() === "") atEnter(onDone)(event);
      }}
    />
  );
}
