import { codeOf } from "@torque/client";
import type { EntityQuery, Pagination } from "@torque/protocol";
import { Button, Drawer, ErrorPane, ExchangePane, ExchangeProgress, ExportChoice, formatNumber, icons, sizeText, useLocale, type ExportWish } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { saveBlob } from "../actions/download";
import { useRuntime } from "../context";
import { errorText } from "../data/mutations";
import { displayNameOf, plural } from "../noun";
import { figuresText, shareOf } from "./figures";
import { exportQuery } from "./files";
import type { ExchangeDrawerProps } from "./ImportDrawer";
import { useFileFields } from "./useFileFields";
import { Stopped, useTransfer } from "./useTransfer";

export type ExportDrawerProps = ExchangeDrawerProps & {
  /** What the list shows, and of which the page of it was answered. */
  query: EntityQuery;
  pagination: Pagination | null;
  /** The list without what the reader asked for, and how many these are; null when that is the same. */
  everything: EntityQuery;
  all: number | null;
  /** Columns of the list, in the reader's order. */
  shown: readonly string[];
};

/** What a record has beside its fields; every file has it. */
const ALWAYS: ReadonlySet<string> = new Set(["id", "created_at", "updated_at"]);

type Outcome = { name: "choosing" | "running" } | { name: "saved"; file: string; size: number } | { name: "failed"; problem: unknown };

const sortOf = ({ sortBy, sortOrder }: EntityQuery) => (typeof sortBy === "string" ? { field: sortBy, order: sortOrder ?? "asc" } : null);

/** Writes records to a file: which of them, which fields, which format. */
export function ExportDrawer({ entityType, query, pagination, everything, all, shown, onClose }: ExportDrawerProps) {
  const { t, i18n } = useTranslation("runtime");
  const locale = useLocale();
  const { metadata, client } = useRuntime();
  const noun = plural(displayNameOf(metadata, entityType), i18n.language);
  const answer = useFileFields(entityType);
  const fields = (answer.data ?? []).filter(({ name }) => !ALWAYS.has(name));
  const transfer = useTransfer(entityType);
  const [outcome, setOutcome] = useState<Outcome>({ name: "choosing" });
  const [chosen, setWish] = useState<ExportWish | null>(null);
  const inFile = shown.filter((name) => fields.some((field) => field.name === name));
  const wish = chosen ?? { format: "csv", narrowed: true, columns: inFile, references: "key" };
  const matching = pagination?.total ?? null;
  const counted = pagination?.totalIsEstimate ? null : matching;
  const total = all !== null && !wish.narrowed ? all : counted;
  const save = async (): Promise<void> => {
    if (wish.columns.length === 0) return;
    setOutcome({ name: "running" });
    const { filters, search } = all !== null && !wish.narrowed ? everything : query;
    const asked = exportQuery({
      format: wish.format,
      fields: wish.columns,
      references: wish.references,
      sort: sortOf(query),
      filters,
      search,
    });
    try {
      const blob = await transfer.run(async (options) => (await client.request(`entities/${entityType}/export?${asked}`, options)).blob());
      const file = `${entityType}.${wish.format}`;
      saveBlob(file, blob);
      setOutcome({ name: "saved", file, size: blob.size });
    } catch (problem) {
      setOutcome(problem instanceof Stopped ? { name: "choosing" } : { name: "failed", problem });
    }
  };
  const number = (value: number): string => formatNumber(value, locale);
  return (
    <Drawer opened onClose={onClose} title={t("export.title", { noun })}>
      {outcome.name === "running" ? (
        <ExchangePane actions={<Button onClick={transfer.stop}>{t("import.stop")}</Button>}>
          <ExchangeProgress label={t("export.writing")} share={shareOf(transfer.figures, total)} figures={figuresText(transfer.figures, total, t, locale)} />
        </ExchangePane>
      ) : (
        <ExchangePane
          note={outcome.name === "saved" ? `${t("export.done", { name: outcome.file })} ${sizeText(outcome.size, locale)}` : undefined}
          actions={
            <>
              <Button onClick={onClose}>{t(outcome.name === "saved" ? "export.close" : "import.cancel")}</Button>
              <Button kind="primary" icon={<icons.IconDownload aria-hidden />} onClick={() => void save()}>
                {t("export.run")}
              </Button>
            </>
          }
        >
          {outcome.name === "failed" && <ErrorPane message={errorText(outcome.problem, t("error.offline"), t("export.failed"))} code={codeOf(outcome.problem)} />}
          {answer.isError && <ErrorPane message={errorText(answer.error, t("error.offline"), t("error.unknown"))} code={codeOf(answer.error)} onRetry={() => void answer.refetch()} />}
          {answer.isPending && <div aria-busy />}
          {answer.isSuccess && (
            <ExportChoice
              wish={wish}
              onWish={(next) => {
                setWish(next);
                setOutcome({ name: "choosing" });
              }}
              fields={fields}
              shown={inFile}
              matching={all !== null && matching !== null ? t("export.matching", { count: matching, number: `${number(matching)}${counted === null ? "+" : ""}` }) : null}
              all={t("export.all", { noun: `${number(all ?? 0)} ${noun}` })}
            />
          )}
        </ExchangePane>
      )}
    </Drawer>
  );
}
