import type { FileField, ImportReport, RowFault } from "@torque/protocol";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "../../format/value";
import { useLocale } from "../../i18n/I18nProvider";
import { IconAlertCircleFilled, IconCircleCheck, IconDownload } from "../../icons/tabler";
import { Button } from "../Button/Button";
import classes from "./Exchange.module.css";

export type ExchangeReportProps = {
  /** What it comes to, in a sentence. */
  result: string;
  report: ImportReport;
  fields: readonly FileField[];
  /** Saves the faults as a file. */
  onDownload: () => void;
};

/** Rows that are drawn; the file has all that were told. */
const DRAWN = 100;

/** What became of a file's rows, or would: figures, then every row that does not fit with its reason. */
export function ExchangeReport({ result, report, fields, onDownload }: ExchangeReportProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  // What was kept is done, whatever was left out.
  const bad = report.failed > 0 && !report.applied;
  const Icon = bad ? IconAlertCircleFilled : IconCircleCheck;
  const facts = [
    { name: "created", value: report.created, always: true },
    { name: "updated", value: report.updated, always: false },
    { name: "unchanged", value: report.unchanged, always: false },
    { name: "failed", value: report.failed, always: true, kind: bad ? "bad" : undefined },
  ];
  return (
    <>
      <p className={classes.result} role="status" data-kind={bad ? "bad" : undefined}>
        <Icon aria-hidden />
        {result}
      </p>
      <dl className={classes.facts}>
        {facts
          .filter(({ value, always }) => always || value > 0)
          .map(({ name, value, kind }) => (
            <div key={name} className={classes.fact} data-kind={kind}>
              <dt className={classes.factName}>{t(`exchange.fact.${name}`)}</dt>
              <dd className={classes.factValue}>{formatNumber(value, locale)}</dd>
            </div>
          ))}
      </dl>
      {report.ignored.length > 0 && <p className={classes.hint}>{t("exchange.ignored", { count: report.ignored.length, columns: report.ignored.join(", ") })}</p>}
      {report.notes?.map((note) => (
        <p key={note} className={classes.hint}>
          {note}
        </p>
      ))}
      {report.errors.length > 0 && <Faults faults={report.errors} failed={report.failed} fields={fields} onDownload={onDownload} />}
    </>
  );
}

type FaultsProps = { faults: readonly RowFault[]; failed: number; fields: readonly FileField[]; onDownload: () => void };

function Faults({ faults, failed, fields, onDownload }: FaultsProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const id = useId();
  const shown = faults.toSorted((one, other) => one.row - other.row).slice(0, DRAWN);
  const labelOf = (path: string): string => {
    const name = path.split("/")[1] ?? "";
    return fields.find((field) => field.name === name)?.label ?? name;
  };
  return (
    <div className={classes.faults}>
      <div className={classes.faultsHead}>
        <h3 id={id} className={classes.heading}>
          {shown.length < failed ? t("exchange.firstFaults", { count: shown.length, of: formatNumber(failed, locale) }) : t("exchange.faults")}
        </h3>
        <Button compact kind="subtle" icon={<IconDownload aria-hidden />} onClick={onDownload}>
          {t("exchange.downloadFaults")}
        </Button>
      </div>
      <div className={classes.scroller} role="region" aria-labelledby={id} tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col" className={classes.row}>
                {t("exchange.row")}
              </th>
              <th scope="col">{t("exchange.field")}</th>
              <th scope="col">{t("exchange.reason")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ row, path, message }, index) => (
              <tr key={`${row}.${index}`}>
                <td className={classes.row}>{formatNumber(row, locale)}</td>
                <td className={classes.field}>{labelOf(path)}</td>
                <td>{message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
