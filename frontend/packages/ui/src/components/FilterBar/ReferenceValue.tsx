import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choices } from "./Choices";
import classes from "./FilterBar.module.css";
import type { Choice, FilterField } from "./FilterBar.types";

type ReferenceValueProps = { field: FilterField; values: readonly string[]; many: boolean; onChoose: (value: string) => void };

/** Records that are searched for; of several, those that are chosen stand first and stay in sight. */
export function ReferenceValue({ field, values, many, onChoose }: ReferenceValueProps) {
  const { t } = useTranslation("ui");
  const [text, setText] = useState("");
  const [found, setFound] = useState<Choice[]>([]);
  const [first] = useState(many ? values : []);
  const { find, entity, titleOf } = field;
  useEffect(() => {
    let current = true;
    if (find && entity) void find(entity, text).then((records) => current && setFound(records)).catch(() => undefined);
    return () => {
      current = false;
    };
  }, [find, entity, text]);
  const kept = first.map((value) => ({ value, label: titleOf?.(value) ?? value.slice(0, 8) }));
  const choices = [...kept, ...found.filter(({ value }) => !first.includes(value))];
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
      <Choices label={field.label} choices={choices} values={values} many={many} onChoose={onChoose} />
    </>
  );
}
