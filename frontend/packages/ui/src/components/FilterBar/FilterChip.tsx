import { Menu, Popover, UnstyledButton } from "@mantine/core";
import { useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatDate, formatValue } from "../../format/value";
import { useFocusScope } from "../../focus/useFocusScope";
import { useLocale } from "../../i18n/I18nProvider";
import { IconCheck, IconX } from "../../icons/tabler";
import classes from "./FilterBar.module.css";
import type { FilterField, GridFilter, Operator } from "./FilterBar.types";
import { FilterValue } from "./FilterValue";
import { arityOf, firstFilter, operatorsOf, operatorWord, valuesOf, withOperator } from "./operators";

export type FilterChipProps = {
  filter: GridFilter;
  fields: readonly FilterField[];
  onChange: (filter: GridFilter) => void;
  onRemove: () => void;
  /** Opens the value menu at once, for a chip that was just added. Default false. */
  fresh?: boolean;
  /** What it holds is no value of its field, and so it narrows nothing. Default false. */
  idle?: boolean;
};

/** `field | operator | value | ×`: each part opens its own menu. */
export function FilterChip({ filter, fields, onChange, onRemove, fresh = false, idle = false }: FilterChipProps) {
  const { t } = useTranslation("ui");
  const [valueOpen, setValueOpen] = useState(fresh);
  const scope = useFocusScope(valueOpen);
  const chip = useRef<HTMLDivElement>(null);
  // On a phone the chips scroll sideways, and what belongs to a chip out of sight would not be shown.
  useLayoutEffect(() => {
    if (valueOpen) chip.current?.querySelector("[data-value]")?.scrollIntoView?.({ block: "nearest", inline: "center" });
  }, [valueOpen]);
  const field = fields.find(({ name }) => name === filter.field);
  const text = useValueText(field, filter);
  if (!field) return <UnknownChip filter={filter} onRemove={onRemove} />;
  const turn = (name: string): void => {
    const other = fields.find((one) => one.name === name);
    if (other) onChange(firstFilter(other));
  };
  const ask = (operator: Operator): void => {
    const next = withOperator(filter, operator);
    onChange(next);
    setValueOpen(arityOf(operator) !== "none" && (next.value === "" || (arityOf(operator) === "two" && arityOf(filter.operator) !== "two")));
  };
  return (
    <div ref={chip} className={classes.chip} role="group" aria-label={t("filter.chip", { field: field.label })}>
      <ChipMenu choices={fields.filter((one) => one === field || one.offered !== false).map(({ name, label }) => ({ value: name, label }))} value={field.name} onChoose={turn} />
      <ChipMenu choices={operatorsOf(field).map((value) => ({ value, label: t(operatorWord(field.type, value)) }))} value={filter.operator} onChoose={ask} />
      {arityOf(filter.operator) !== "none" && (
        <Popover opened={valueOpen} onChange={setValueOpen} transitionProps={{ duration: 0 }} position="bottom-start">
          <Popover.Target>
            <UnstyledButton className={classes.part} data-value data-empty={text === "" || undefined} dir="auto" title={text || undefined} onClick={() => setValueOpen((open) => !open)}>
              {text || t("filter.choose")}
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown {...scope}>
            <FilterValue key={filter.operator} field={field} operator={filter.operator} value={filter.value} onChange={(value) => onChange({ ...filter, value })} onDone={() => setValueOpen(false)} />
          </Popover.Dropdown>
        </Popover>
      )}
      {idle && <IdlePart />}
      <RemovePart label={field.label} onRemove={onRemove} />
    </div>
  );
}

/** What an address asks of a field that is not known here: it narrows nothing, and says so. */
function UnknownChip({ filter, onRemove }: Pick<FilterChipProps, "filter" | "onRemove">) {
  const { t } = useTranslation("ui");
  const { field, operator } = filter;
  return (
    <div className={classes.chip} role="group" aria-label={t("filter.chip", { field })} title={t("filter.unknown", { field })}>
      <span className={classes.part} data-inert>
        {[field, t(operatorWord("String", operator)), valuesOf(filter).join(", ")].filter(Boolean).join(" ")}
      </span>
      <IdlePart />
      <RemovePart label={field} onRemove={onRemove} />
    </div>
  );
}

function IdlePart() {
  const { t } = useTranslation("ui");
  return (
    <span className={classes.part} data-inert data-note>
      {t("filter.idle")}
    </span>
  );
}

function RemovePart({ label, onRemove }: { label: string; onRemove: () => void }) {
  const { t } = useTranslation("ui");
  return (
    <UnstyledButton className={classes.part} aria-label={t("filter.remove", { field: label })} onClick={onRemove}>
      <IconX className={classes.cross} aria-hidden />
    </UnstyledButton>
  );
}

/** A part of a chip, and what may stand in its place. */
function ChipMenu<T extends string>({ choices, value, onChoose }: { choices: readonly { value: T; label: string }[]; value: T; onChoose: (value: T) => void }) {
  return (
    <Menu>
      <Menu.Target>
        <UnstyledButton className={classes.part}>{choices.find((choice) => choice.value === value)?.label ?? value}</UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={value} onChange={(chosen) => onChoose(chosen as T)}>
          {choices.map((choice) => (
            <Menu.RadioItem key={choice.value} value={choice.value} closeMenuOnClick checkIcon={<IconCheck aria-hidden />}>
              {choice.label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The values of a condition as they are said: "10 – 20", "Shipped, Packed". */
function useValueText(field: FilterField | undefined, filter: GridFilter): string {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  if (!field) return "";
  const texts = valuesOf(filter).map((value) => (value === "" ? "…" : valueText(field, value, locale, { yes: t("yes"), no: t("no") })));
  return texts.join(arityOf(filter.operator) === "two" ? " – " : ", ");
}

function valueText(field: FilterField, value: string, locale: string, words: { yes: string; no: string }): string {
  switch (field.type) {
    case "Boolean":
      return value === "true" ? words.yes : words.no;
    case "DateTime":
    case "Date":
      return formatDate(value, locale);
    case "Array":
    case "Enum":
    case "Reference":
      return formatValue(value, { ...field, type: field.type === "Reference" ? "Reference" : "Enum" }, locale, words, field.titleOf);
    case "Integer":
    case "Decimal":
    case "Float":
      // An address may hold what is no number; it is said as it stands.
      return Number.isFinite(Number(value)) ? formatValue(Number(value), { ...field, scale: undefined, type: "Float" }, locale, words) : value;
    default:
      return value;
  }
}
