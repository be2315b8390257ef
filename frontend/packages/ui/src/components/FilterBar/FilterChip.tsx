import { Menu, Popover, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatDate, formatValue } from "../../format/value";
import { useFocusScope } from "../../focus/useFocusScope";
import { useLocale } from "../../i18n/I18nProvider";
import { IconCheck, IconX } from "../../icons/tabler";
import classes from "./FilterBar.module.css";
import type { FilterField, GridFilter } from "./FilterBar.types";
import { FilterValue } from "./FilterValue";
import { canFilter, firstFilter, operatorsOf, operatorWord } from "./operators";

export type FilterChipProps = {
  filter: GridFilter;
  fields: readonly FilterField[];
  onChange: (filter: GridFilter) => void;
  onRemove: () => void;
  /** Opens the value menu at once, for a chip that was just added. Default false. */
  fresh?: boolean;
};

/** `field | operator | value | ×`: each part opens its own menu. */
export function FilterChip({ filter, fields, onChange, onRemove, fresh = false }: FilterChipProps) {
  const { t } = useTranslation("ui");
  const [valueOpen, setValueOpen] = useState(fresh);
  const scope = useFocusScope(valueOpen);
  const field = fields.find(({ name }) => name === filter.field);
  const text = useValueText(field, filter.value);
  if (!field) return null;
  return (
    <div className={classes.chip} role="group" aria-label={t("filter.chip", { field: field.label })}>
      <Menu>
        <Menu.Target>
          <UnstyledButton className={classes.part}>{field.label}</UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {fields.filter(canFilter).map((other) => (
            <Menu.Item key={other.name} onClick={() => onChange(firstFilter(other))} rightSection={other.name === field.name ? <IconCheck aria-hidden /> : null}>
              {other.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu>
        <Menu.Target>
          <UnstyledButton className={classes.part}>{t(operatorWord(field.type, filter.operator))}</UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {operatorsOf(field.type).map((operator) => (
            <Menu.Item key={operator} onClick={() => onChange({ ...filter, operator })} rightSection={operator === filter.operator ? <IconCheck aria-hidden /> : null}>
              {t(operatorWord(field.type, operator))}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Popover opened={valueOpen} onChange={setValueOpen} transitionProps={{ duration: 0 }} position="bottom-start">
        <Popover.Target>
          <UnstyledButton className={classes.part} data-value data-empty={text === "" || undefined} dir="auto" title={text || undefined} onClick={() => setValueOpen((open) => !open)}>
            {text || t("filter.choose")}
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown {...scope}>
          <FilterValue field={field} value={filter.value} onChange={(value) => onChange({ ...filter, value })} onDone={() => setValueOpen(false)} />
        </Popover.Dropdown>
      </Popover>
      <UnstyledButton className={classes.part} aria-label={t("filter.remove", { field: field.label })} onClick={onRemove}>
        <IconX className={classes.cross} aria-hidden />
      </UnstyledButton>
    </div>
  );
}

function useValueText(field: FilterField | undefined, value: string): string {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  if (!field || value === "") return "";
  if (field.type === "Boolean") return value === "true" ? t("yes") : t("no");
  if (field.type === "DateTime" || field.type === "Date") return formatDate(value, locale);
  if (field.type === "String") return value;
  if (field.type === "Enum" || field.type === "Reference") return formatValue(value, field, locale, { yes: "", no: "" }, field.titleOf);
  // An address may hold what is no number; it is said as it stands.
  if (!Number.isFinite(Number(value))) return value;
  return formatValue(Number(value), { ...field, scale: undefined, type: "Float" }, locale, { yes: "", no: "" });
}
