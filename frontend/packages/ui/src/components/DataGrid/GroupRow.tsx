import { UnstyledButton } from "@mantine/core";
import type { EntityRecord } from "@torque/protocol";
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber, formatValue } from "../../format/value";
import { useLocale } from "../../i18n/I18nProvider";
import { IconChevronDown } from "../../icons/tabler";
import type { GridColumnSpec, GridFigures } from "./DataGrid.types";
import { CellContent, type CellText } from "./GridCell";
import classes from "./GroupRow.module.css";

export type GroupRowProps = {
  /** The column the rows are grouped by. */
  column: GridColumnSpec;
  columns: readonly GridColumnSpec[];
  /** The first record of the group on this page. */
  first: EntityRecord;
  cellText: (record: EntityRecord, column: GridColumnSpec) => CellText;
  /** Of the whole group, not only of this page; unknown while it is asked for. */
  figures: GridFigures | undefined;
  /** Columns of the grid before the first field and behind the last. */
  before: number;
  after: number;
  phone: boolean;
  open: boolean;
  onToggle: () => void;
  style?: CSSProperties;
};

/** The heading of a group: its value, how many there are, and their sums under their columns. */
export function GroupRow({ column, columns, first, cellText, figures, before, after, phone, open, onToggle, style }: GroupRowProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const { text } = cellText(first, column);
  const sums = figures?.sums ?? {};
  const at = columns.findIndex(({ field }) => sums[field] !== undefined);
  const rest = phone || at < 0 ? [] : columns.slice(at);
  return (
    <div role="row" className={classes.group} data-phone={phone || undefined} style={style}>
      <div role="gridcell" className={classes.name} style={{ gridColumn: rest.length === 0 ? "1 / -1" : `1 / ${before + at + 1}` }} aria-colspan={before + columns.length + after - rest.length}>
        <UnstyledButton className={classes.toggle} aria-expanded={open} aria-label={t("group.toggle", { title: column.title, value: text || "–" })} onClick={onToggle}>
          <IconChevronDown className={classes.chevron} aria-hidden />
          <CellContent column={column} text={text} value={first[column.field]} />
        </UnstyledButton>
        {figures && <span className={classes.count}>{formatNumber(figures.count, locale)}</span>}
      </div>
      {rest.map((one) => (
        <div key={one.field} role="gridcell" className={classes.sum}>
          {sums[one.field] === undefined ? "" : formatValue(sums[one.field], one, locale, { yes: "", no: "" })}
        </div>
      ))}
      {rest.length > 0 && after > 0 && <div role="gridcell" />}
    </div>
  );
}
