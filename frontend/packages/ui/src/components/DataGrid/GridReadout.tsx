import { Trans, useTranslation } from "react-i18next";
import { formatNumber, formatValue } from "../../format/value";
import { useLocale } from "../../i18n/I18nProvider";
import { IconChevronLeft, IconChevronRight } from "../../icons/tabler";
import { Button } from "../Button/Button";
import { IconButton } from "../IconButton/IconButton";
import { Readout } from "../Readout/Readout";
import type { DataGridProps, GridData } from "./DataGrid.types";
import classes from "./GridReadout.module.css";
import { lastReachable } from "./reach";

type GridReadoutProps = Pick<DataGridProps, "noun" | "live" | "columns" | "sums" | "onMore"> & {
  data: GridData;
  page: number;
  pageSize: number;
  paging: boolean;
  onPage: (page: number) => void;
};

/** `8 of 8 todos · 4 ms`, what happened last, and the way to the other pages. */
export function GridReadout({ noun, live, columns, sums, data, page, pageSize, paging, onMore, onPage }: GridReadoutProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const number = (value: number): string => formatNumber(value, locale);
  const pages = Math.max(1, Math.ceil(data.total / pageSize));
  const from = page * pageSize + 1;
  const seen = from + data.rows.length - 1;
  const counted = data.totalIsEstimate ? Math.max(data.total, seen) : data.total;
  const to = Math.min(counted, seen);
  const last = data.totalIsEstimate ? !data.more : page >= pages - 1;
  // More follow, which pages do not reach.
  const ended = !last && page >= lastReachable(pageSize);
  const summed = columns.filter(({ field }) => sums?.[field] !== undefined);
  const paged = paging && (pages > 1 || data.totalIsEstimate === true);
  const end = (paged || summed.length > 0 || onMore) && (
    <>
      {summed.map((column) => (
        <span key={column.field} className={classes.sum}>
          {column.title} <b>{formatValue(sums?.[column.field], column, locale, { yes: "", no: "" })}</b>
        </span>
      ))}
      {onMore && (
        <Button compact kind="subtle" onClick={onMore}>
          {t("grid.more")}
        </Button>
      )}
      {paged && <Pages page={page} last={last || ended} range={t("grid.range", { from: number(from), to: number(to) })} onPage={onPage} />}
    </>
  );
  const all = Math.max(data.all ?? counted, counted);
  const values = { total: `${number(counted)}${data.totalIsEstimate ? "+" : ""}`, all: `${number(all)}${data.totalIsEstimate && data.all === null ? "+" : ""}`, noun, ms: number(Math.max(1, Math.round(data.durationMs))) };
  return (
    <Readout live={live} end={end}>
      <Trans t={t} i18nKey="grid.readout" values={values} components={{ b: <b /> }} />
      {ended && <span className={classes.ended}>{t("grid.ended")}</span>}
    </Readout>
  );
}

/** The way to the other pages. */
function Pages({ page, last, range, onPage }: { page: number; last: boolean; range: string; onPage: (page: number) => void }) {
  const { t } = useTranslation("ui");
  return (
    <>
      <span className={classes.range}>{range}</span>
      <IconButton label={t("grid.previous")} disabled={page === 0} onClick={() => onPage(page - 1)}>
        <IconChevronLeft className={classes.mirror} aria-hidden />
      </IconButton>
      <IconButton label={t("grid.next")} disabled={last} onClick={() => onPage(page + 1)}>
        <IconChevronRight className={classes.mirror} aria-hidden />
      </IconButton>
    </>
  );
}
