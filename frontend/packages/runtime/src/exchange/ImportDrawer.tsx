import { codeOf } from "@torque/client";
import type { FileField } from "@torque/protocol";
import { Button, ColumnMapping, Confirm, Drawer, ErrorPane, ExchangePane, ExchangeProgress, ExchangeReport, FileChoice, formatNumber, icons, useLocale } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { saveBlob } from "../actions/download";
import { useRuntime } from "../context";
import { errorText } from "../data/mutations";
import { displayNameOf, plural } from "../noun";
import { figuresText, shareOf } from "./figures";
import { ACCEPTED, faultsFile, takenOf } from "./files";
import { useFileFields } from "./useFileFields";
import { IMPORT_STEPS, UnknownFormat, useImport, type Importing } from "./useImport";

export type ExchangeDrawerProps = { entityType: string; onClose: () => void };

const NO_FIELDS: readonly FileField[] = [];

/** Takes the records of a file: chosen, its columns mapped, its rows tried, then imported. */
export function ImportDrawer({ entityType, onClose }: ExchangeDrawerProps) {
  const { t, i18n } = useTranslation("runtime");
  const { metadata } = useRuntime();
  const noun = plural(displayNameOf(metadata, entityType), i18n.language);
  const importing = useImport(entityType);
  const fields = useFileFields(entityType).data ?? NO_FIELDS;
  const [leaving, setLeaving] = useState(false);
  const { step, busy, file, transfer } = importing;
  const close = (): void => (busy === "import" ? setLeaving(true) : onClose());
  return (
    <Drawer opened onClose={close} title={t("import.title", { noun })} detail={file?.name}>
      <ImportStepView importing={importing} fields={fields} noun={noun} onClose={close} />
      {/* It comes with the key that asks for it: standing ready, it would take the same Escape for its own. */}
      {leaving && step === "done" && busy === "import" && (
        <Confirm
          opened
          title={t("import.leaveTitle")}
          confirmLabel={t("import.stop")}
          cancelLabel={t("import.keep")}
          onCancel={() => setLeaving(false)}
          onConfirm={() => {
            setLeaving(false);
            transfer.stop();
          }}
        >
          {t("import.leaveText")}
        </Confirm>
      )}
    </Drawer>
  );
}

type StepProps = { importing: Importing; fields: readonly FileField[]; noun: string; onClose: () => void };

function useSteps(): string[] {
  const { t } = useTranslation("runtime");
  return IMPORT_STEPS.map((step) => t(`import.steps.${step}`));
}

function ImportStepView(props: StepProps) {
  switch (props.importing.step) {
    case "file":
      return <FileStep {...props} />;
    case "columns":
      return <ColumnsStep {...props} />;
    case "check":
      return <CheckStep {...props} />;
    case "done":
      return <DoneStep {...props} />;
  }
}

function FileStep({ importing, onClose }: StepProps) {
  const { t } = useTranslation("runtime");
  const { problem } = importing;
  const words = problem instanceof UnknownFormat ? t("import.unknownFormat") : problem ? errorText(problem, t("error.offline"), t("error.unknown")) : "";
  return (
    <ExchangePane steps={useSteps()} step={0} actions={<Button onClick={onClose}>{t("import.cancel")}</Button>}>
      <FileChoice accept={ACCEPTED} formats={t("import.formats")} file={importing.file} busy={importing.busy === "preview"} problem={words} onFile={(file) => void importing.choose(file)} />
    </ExchangePane>
  );
}

function ColumnsStep({ importing, fields }: StepProps) {
  const { t } = useTranslation("runtime");
  const { preview, columns, twice } = importing;
  const nothing = Object.values(columns).every((field) => field === "");
  const obstacle = twice.size > 0 ? t("import.columnsTwice") : nothing ? t("import.nothingChosen") : "";
  return (
    <ExchangePane
      steps={useSteps()}
      step={1}
      onStep={() => importing.goTo("file")}
      note={obstacle}
      bad={obstacle !== ""}
      actions={
        <>
          <Button onClick={() => importing.goTo("file")}>{t("import.back")}</Button>
          <Button kind="primary" onClick={() => obstacle === "" && void importing.check()}>
            {t("import.check")}
          </Button>
        </>
      }
    >
      <ColumnMapping columns={preview?.columns ?? []} fields={fields} chosen={columns} twice={twice} onChoose={importing.map} upsert={importing.upsert} onUpsert={importing.setUpsert} />
    </ExchangePane>
  );
}

/** How far it is, in place of what it will come to. */
function Running({ importing, label }: { importing: Importing; label: string }) {
  const { t } = useTranslation("runtime");
  const locale = useLocale();
  const { figures } = importing.transfer;
  const total = importing.busy === "import" ? (importing.report?.rows ?? null) : null;
  return <ExchangeProgress label={label} share={shareOf(figures, total)} figures={figuresText(figures, total, t, locale)} />;
}

function useDownload({ report, file }: Importing): () => void {
  const { t } = useTranslation("runtime");
  const ui = useTranslation("ui");
  const heads = [ui.t("exchange.row"), ui.t("exchange.field"), ui.t("exchange.reason")];
  return () => saveBlob(`${t("import.file", { name: file?.name ?? "" })}.csv`, faultsFile(report?.errors ?? [], heads));
}

function CheckStep({ importing, fields }: StepProps) {
  const { t } = useTranslation("runtime");
  const locale = useLocale();
  const download = useDownload(importing);
  const steps = useSteps();
  const { report, busy, problem, transfer } = importing;
  const back = (): void => importing.goTo("columns");
  if (busy)
    return (
      <ExchangePane steps={steps} step={2} actions={<Button onClick={transfer.stop}>{t("import.stop")}</Button>}>
        <Running importing={importing} label={t("import.checking")} />
      </ExchangePane>
    );
  if (!report)
    return (
      <ExchangePane steps={steps} step={2} onStep={back} actions={<Button onClick={back}>{t("import.back")}</Button>}>
        <ErrorPane message={errorText(problem, t("error.offline"), t("error.unknown"))} code={codeOf(problem)} onRetry={() => void importing.check()} />
      </ExchangePane>
    );
  const number = (value: number): string => formatNumber(value, locale);
  const taken = takenOf(report);
  const failed = report.failed > 0;
  const words = report.rows === 0 ? t("import.empty") : failed ? t("import.fitsNot", { count: report.rows, number: number(report.rows), failed: number(report.failed) }) : t("import.fits", { count: report.rows, number: number(report.rows) });
  return (
    <ExchangePane
      steps={steps}
      step={2}
      onStep={(at) => importing.goTo(IMPORT_STEPS[at] ?? "file")}
      actions={
        <>
          <Button onClick={back}>{t("import.back")}</Button>
          {taken > 0 ? (
            <Button kind="primary" onClick={() => void importing.start()}>
              {t(failed ? "import.runRest" : "import.run", { count: taken, number: number(taken) })}
            </Button>
          ) : (
            <Button onClick={() => importing.goTo("file")}>{t("import.another")}</Button>
          )}
        </>
      }
    >
      <ExchangeReport result={words} report={report} fields={fields} onDownload={download} />
    </ExchangePane>
  );
}

function DoneStep({ importing, fields, noun, onClose }: StepProps) {
  const { t } = useTranslation("runtime");
  const locale = useLocale();
  const download = useDownload(importing);
  const steps = useSteps();
  const { report, busy, problem, stopped, transfer } = importing;
  if (busy)
    return (
      <ExchangePane steps={steps} step={3} actions={<Button onClick={transfer.stop}>{t("import.stop")}</Button>}>
        <Running importing={importing} label={t("import.importing", { noun })} />
      </ExchangePane>
    );
  const actions = (
    <>
      <Button onClick={() => importing.goTo("file")}>{t("import.another")}</Button>
      <Button kind="primary" icon={<icons.IconList aria-hidden />} onClick={onClose}>
        {t("import.show", { noun })}
      </Button>
    </>
  );
  if (!report)
    return (
      <ExchangePane steps={steps} step={3} actions={actions}>
        <ErrorPane message={stopped ? t(stopped === "unknown" ? "import.unclear" : "import.stopped") : errorText(problem, t("error.offline"), t("error.unknown"))} code={stopped ? undefined : codeOf(problem)} onRetry={() => void importing.start()} />
      </ExchangePane>
    );
  const taken = takenOf(report);
  const done = stopped ? t("import.finishedAnyway") : t("import.done", { count: taken, number: formatNumber(taken, locale) });
  return (
    <ExchangePane steps={steps} step={3} actions={actions}>
      <ExchangeReport result={report.applied ? done : t("import.refused")} report={report} fields={fields} onDownload={download} />
    </ExchangePane>
  );
}
