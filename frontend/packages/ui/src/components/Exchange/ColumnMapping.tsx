import type { FileColumn, FileField } from "@torque/protocol";
import { Select } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { IconAlertTriangle, IconArrowRight, IconChevronDown } from "../../icons/tabler";
import classes from "./Exchange.module.css";
import { choicesOf, upsertFields, withoutColumn } from "./mapping";

export type ColumnMappingProps = {
  columns: readonly FileColumn[];
  fields: readonly FileField[];
  /** Column to field; "" leaves it out. */
  chosen: Readonly<Record<string, string>>;
  /** Columns whose field another column fills as well. */
  twice: ReadonlySet<string>;
  onChoose: (column: string, field: string) => void;
  /** Unique field by which records are changed; "" makes new ones. */
  upsert: string;
  onUpsert: (field: string) => void;
};

const EVERY = 12;

/** Which column goes into which field, and what happens to records that are there already. */
export function ColumnMapping({ columns, fields, chosen, twice, onChoose, upsert, onUpsert }: ColumnMappingProps) {
  const { t } = useTranslation("ui");
  const choices = useMemo(() => choicesOf(fields, (field, key) => (key ? t("exchange.byKey", { field, key }) : field)), [fields, t]);
  const missing = withoutColumn(fields, chosen);
  const keys = upsertFields(fields, chosen);
  return (
    <>
      <ul className={classes.columns}>
        {columns.map(({ name, samples }) => (
          <li key={name} className={classes.column} data-left-out={!chosen[name] || undefined}>
            <div>
              <div className={classes.columnName} title={name}>
                {name}
              </div>
              <div className={classes.samples}>{samples.join(" · ") || t("exchange.noValues")}</div>
            </div>
            <IconArrowRight className={classes.arrow} aria-hidden />
            <Select
              aria-label={t("exchange.fieldFor", { column: name })}
              data={choices}
              value={chosen[name] || null}
              error={twice.has(name) ? t("exchange.twice") : undefined}
              onChange={(field) => onChoose(name, field ?? "")}
              clearable
              clearButtonProps={{ "aria-label": t("exchange.leaveOut", { column: name }) }}
              clearSectionMode={chosen[name] ? "clear" : "rightSection"}
              rightSection={<IconChevronDown aria-hidden />}
              rightSectionPointerEvents={chosen[name] ? "all" : "none"}
              searchable={choices.length > EVERY}
              placeholder={t("exchange.leftOut")}
            />
          </li>
        ))}
      </ul>
      {missing.length > 0 && !upsert && (
        <p className={classes.warning}>
          <IconAlertTriangle aria-hidden />
          {t("exchange.missing", { count: missing.length, fields: missing.join(", ") })}
        </p>
      )}
      {keys.length > 0 && (
        <Select
          label={t("exchange.upsert")}
          data={[{ value: "", label: t("exchange.addAll") }, ...keys.map(({ name, label }) => ({ value: name, label: t("exchange.changeBy", { field: label }) }))]}
          value={upsert}
          allowDeselect={false}
          rightSection={<IconChevronDown aria-hidden />}
          rightSectionPointerEvents="none"
          onChange={(field) => onUpsert(field ?? "")}
        />
      )}
    </>
  );
}
