import { codeOf, RpcError } from "@torque/client";
import type { ExchangeFigures, FileFormat, FilePreview, ImportReport, RowFault } from "@torque/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { chosenTwice } from "@torque/ui";
import { useState } from "react";
import { useRuntime } from "../context";
import { keys } from "../data/keys";
import { formatOf, headOf, importQuery } from "./files";
import { Stopped, useTransfer, type Transfer } from "./useTransfer";

/** Places of an import, in their order. */
export type ImportStep = "file" | "columns" | "check" | "done";
export const IMPORT_STEPS: readonly ImportStep[] = ["file", "columns", "check", "done"];

type State = {
  step: ImportStep;
  file: File | null;
  preview: FilePreview | null;
  columns: Record<string, string>;
  upsert: string;
  report: ImportReport | null;
  /** What failed, or null; a format nobody knows is a problem of its own. */
  problem: unknown;
  /** The reader ended it: before anything was kept, after all was, or nobody said which. */
  stopped: "before" | "after" | "unknown" | null;
  busy: "preview" | "check" | "import" | null;
};

const BEGIN: State = { step: "file", file: null, preview: null, columns: {}, upsert: "", report: null, problem: null, stopped: null, busy: null };

/** The name of a file says no format that is taken. */
export class UnknownFormat extends Error {}

export type Importing = State & {
  format: FileFormat | null;
  transfer: Transfer;
  twice: ReadonlySet<string>;
  choose: (file: File) => Promise<void>;
  map: (column: string, field: string) => void;
  setUpsert: (field: string) => void;
  goTo: (step: ImportStep) => void;
  check: () => Promise<void>;
  start: () => Promise<void>;
};

/** What a refused import says of its rows. */
function reportOf(problem: unknown): ImportReport | null {
  if (!(problem instanceof RpcError) || codeOf(problem) !== "VALIDATION_FAILED") return null;
  const { rows, failed, errors } = problem.details as { rows?: number; failed?: number; errors?: unknown };
  if (rows === undefined || failed === undefined) return null;
  return { rows, failed, errors: errors as RowFault[], created: 0, updated: 0, unchanged: 0, links: 0, applied: false, dryRun: false, ignored: [] };
}

/** How a stopped import ended, as far as the feed told. */
function afterStop(figures: ExchangeFigures | null): Pick<State, "stopped" | "report"> {
  if (figures?.state !== "done") return { stopped: figures && figures.state !== "running" ? "before" : "unknown", report: null };
  const { rows = 0, created = 0, updated = 0, failed = 0 } = figures;
  return { stopped: "after", report: { rows, created, updated, failed, unchanged: rows - created - updated - failed, links: 0, applied: true, dryRun: false, errors: [], ignored: [] } };
}

/** An import from the choice of its file to its report. */
export function useImport(entityType: string): Importing {
  const { client } = useRuntime();
  const cache = useQueryClient();
  const transfer = useTransfer(entityType);
  const [state, setState] = useState(BEGIN);
  const change = (part: Partial<State>): void => setState((before) => ({ ...before, ...part }));
  const format = state.preview?.format ?? null;
  const choose = async (file: File): Promise<void> => {
    const said = formatOf(file);
    if (!said) return change({ ...BEGIN, file, problem: new UnknownFormat() });
    change({ ...BEGIN, file, busy: "preview" });
    try {
      const body = await headOf(file, said);
      const answer = await transfer.run(({ signal }) => client.request(`entities/${entityType}/import/preview?format=${said}`, { method: "POST", body, signal }));
      const preview = (await answer.json()) as FilePreview;
      change({ step: "columns", preview, busy: null, columns: Object.fromEntries(preview.columns.map(({ name, field }) => [name, field])) });
    } catch (problem) {
      if (!(problem instanceof Stopped)) change({ problem, busy: null });
    }
  };
  const send = async (dryRun: boolean, skipInvalid: boolean): Promise<void> => {
    const { file, columns, upsert } = state;
    if (!file || !format) return;
    change({ busy: dryRun ? "check" : "import", step: dryRun ? "check" : "done", problem: null, stopped: null });
    try {
      const query = importQuery({ format, columns, upsert, dryRun, skipInvalid });
      const answer = await transfer.run((options) => client.request(`entities/${entityType}/import?${query}`, { method: "POST", body: file, ...options }));
      change({ report: (await answer.json()) as ImportReport, busy: null });
      if (!dryRun) void cache.invalidateQueries({ queryKey: keys.records(entityType) });
    } catch (problem) {
      if (!(problem instanceof Stopped)) change({ busy: null, problem, report: reportOf(problem) });
      else if (dryRun) change({ step: "columns", busy: null });
      else change({ busy: null, ...afterStop(problem.figures) });
    }
  };
  return {
    ...state,
    format,
    transfer,
    twice: chosenTwice(state.columns),
    choose,
    map: (column, field) => setState((before) => ({ ...before, columns: { ...before.columns, [column]: field }, upsert: before.columns[column] === before.upsert ? "" : before.upsert })),
    setUpsert: (upsert) => change({ upsert }),
    goTo: (step) => change({ step, problem: null, stopped: null, report: null, ...(step === "file" ? { file: null } : {}) }),
    check: () => send(true, true),
    start: () => send(false, (state.report?.failed ?? 0) > 0),
  };
}
