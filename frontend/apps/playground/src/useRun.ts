import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { operationAt, variablesOf } from "./operation";
import { run } from "./transport";

export type Outcome = { text: string; status: string; failed: boolean };

export type Running = {
  outcome: Outcome;
  busy: boolean;
  /** Runs the operation that the cursor stands in. */
  start: (query: string, variables: string, cursor: number) => void;
  stop: () => void;
};

/** Lays JSON out; what is none stays as it is. */
function laidOut(answer: string): string {
  try {
    return JSON.stringify(JSON.parse(answer), null, 2);
  } catch {
    return answer;
  }
}

/** Runs one operation at a time and tells what became of it. */
export function useRun(url: string): Running {
  const { t } = useTranslation("playground");
  const [outcome, setOutcome] = useState<Outcome>({ text: "", status: "", failed: false });
  const [busy, setBusy] = useState(false);
  const running = useRef<AbortController>(null);

  const stop = (): void => running.current?.abort();

  const ask = async (query: string, given: Record<string, unknown>, cursor: number, signal: AbortSignal): Promise<void> => {
    const { name, kind } = operationAt(query, cursor);
    const begin = performance.now();
    let count = 0;
    for await (const { text } of run(url, { query, variables: given, operationName: name }, kind === "subscription", signal)) {
      count += 1;
      const took = t("took", { milliseconds: Math.round(performance.now() - begin), bytes: new Blob([text]).size });
      setOutcome({ text: laidOut(text), status: kind === "subscription" ? t("events", { count }) : took, failed: false });
    }
  };

  const start = (query: string, variables: string, cursor: number): void => {
    stop();
    const given = variablesOf(variables);
    if (given === undefined) {
      setOutcome((before) => ({ ...before, status: t("variablesWrong"), failed: true }));
      return;
    }
    const control = new AbortController();
    running.current = control;
    setBusy(true);
    ask(query, given, cursor, control.signal)
      .catch((error: unknown) => {
        if (control.signal.aborted) return;
        setOutcome((before) => ({ ...before, status: t("lost", { message: error instanceof Error ? error.message : String(error) }), failed: true }));
      })
      .finally(() => {
        if (running.current === control) setBusy(false);
      });
  };

  return { outcome, busy, start, stop };
}
