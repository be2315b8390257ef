import { NumberInput, TextInput, UnstyledButton } from "@mantine/core";
import { DatePicker } from "@mantine/dates";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconCheck } from "../../icons/tabler";
import classes from "./FilterBar.module.css";
import type { Choice, FilterField } from "./FilterBar.types";

/** The day a calendar opens at; an address may hold what is none. */
const dayOf = (value: string): string | null => (Number.isNaN(Date.parse(value)) ? null : value);

type FilterValueProps = { field: FilterField; value: string; onChange: (value: string) => void; onDone: () => void };

/** The menu behind the value part of a chip: choices, a calendar, or a field to type in. */
export function FilterValue(props: FilterValueProps) {
  const { field, value, onChange, onDone } = props;
  const { t } = useTranslation("ui");
  const choose = (next: string): void => {
    onChange(next);
    onDone();
  };
  switch (field.type) {
    case "Enum":
      return <Choices label={field.label} choices={field.options ?? []} value={value} onChoose={choose} />;
    case "Boolean":
      return <Choices label={field.label} choices={[{ value: "true", label: t("yes") }, { value: "false", label: t("no") }]} value={value} onChoose={choose} />;
    case "Reference":
      return <ReferenceValue {...props} onChange={choose} />;
    case "Date":
    case "DateTime":
      return <DatePicker defaultDate={dayOf(value) ?? undefined} value={dayOf(value)} onChange={(day) => day && choose(day)} />;
    default:
      return <TypedValue {...props} />;
  }
}

function Choices({ label, choices, value, onChoose }: { label: string; choices: readonly Choice[]; value: string; onChoose: (value: string) => void }) {
  return (
    <div role="listbox" aria-label={label} className={classes.choices}>
      {choices.map((choice) => (
        <UnstyledButton key={choice.value} role="option" data-autofocus={choice.value === value || undefined} aria-selected={choice.value === value} className={classes.choice} onClick={() => onChoose(choice.value)}>
          <span>{choice.label}</span>
          {choice.value === value && <IconCheck aria-hidden />}
        </UnstyledButton>
      ))}
    </div>
  );
}

function TypedValue({ field, value, onChange, onDone }: FilterValueProps) {
  const [text, setText] = useState(value);
  const done = (): void => {
    if (text !== value) onChange(text);
    onDone();
  };
  const shared = {
    "aria-label": field.label,
    "data-autofocus": true,
    className: classes.typed,
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.key !== "Enter") return;
      // The focus goes to the button this was opened by, which would take the same key as a press.
      event.preventDefault();
      done();
    },
    onBlur: () => text !== value && onChange(text),
  };
  if (field.type === "String") return <TextInput {...shared} value={text} onChange={(event) => setText(event.currentTarget.value)} />;
  return <NumberInput {...shared} hideControls value={text} onChange={(next) => setText(String(next))} />;
}

function ReferenceValue({ field, value, onChange }: FilterValueProps) {
  const { t } = useTranslation("ui");
  const [text, setText] = useState("");
  const [choices, setChoices] = useState<Choice[]>([]);
  const { find, entity } = field;
  useEffect(() => {
    let current = true;
    if (find && entity) void find(entity, text).then((found) => current && setChoices(found)).catch(() => undefined);
    return () => {
      current = false;
    };
  }, [find, entity, text]);
  return (
    <>
      <TextInput
        aria-label={t("searchIn", { noun: field.label })}
        placeholder={t("searchIn", { noun: field.label })}
        className={classes.typed}
        data-autofocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Choices label={field.label} choices={choices} value={value} onChoose={onChange} />
    </>
  );
}
