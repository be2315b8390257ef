import { isAbort, uniqueKey } from "@torque/client";
import type { ExchangeFigures, LiveEvent } from "@torque/protocol";
import { useCallback, useEffect, useRef, useState } from "react";
import { useRuntime } from "../context";

/** How long the feed may take to tell how a transfer ended that was stopped. */
const WAIT_MS = 3000;

/** The reader ended a transfer; `figures` are the last that were told, null when nothing was. */
export class Stopped extends Error {
  constructor(readonly figures: ExchangeFigures | null) {
    super("stopped");
  }
}

type Task<T> = (options: { signal: AbortSignal; headers: Record<string, string> }) => Promise<T>;
type Running = { id: string; control: AbortController; last: ExchangeFigures | null; ended: Promise<void>; end: () => void };

export type Transfer = {
  /** What is under way was told this so far; null while it was told nothing. */
  figures: ExchangeFigures | null;
  /** Runs one import or export; its progress comes over the live feed, found by the name the request bears. Fails with `Stopped`. */
  run: <T>(task: Task<T>) => Promise<T>;
  /** Ends what is under way: the server takes back what it has not finished. */
  stop: () => void;
};

const isFigures = (data: unknown): data is ExchangeFigures => typeof data === "object" && data !== null && "direction" in data;

function begin(): Running {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { id: uniqueKey(), control: new AbortController(), last: null, ended, end };
}

/** Waits for the last word about a transfer, but not for ever. */
async function outcomeOf({ ended, end }: Running): Promise<void> {
  const timer = setTimeout(end, WAIT_MS);
  await ended;
  clearTimeout(timer);
}

/** One file on its way in or out, with its progress. */
export function useTransfer(entityType: string): Transfer {
  const { client } = useRuntime();
  const [figures, setFigures] = useState<ExchangeFigures | null>(null);
  const running = useRef<Running | null>(null);
  useEffect(
    () =>
      client.subscribe([`exchange:${entityType}`], ({ data }: LiveEvent) => {
        const mine = running.current;
        if (!mine || !isFigures(data) || data.id !== mine.id) return;
        mine.last = data;
        setFigures(data);
        if (data.state !== "running") mine.end();
      }),
    [client, entityType],
  );
  // A drawer that is closed takes its transfer along.
  useEffect(() => () => running.current?.control.abort(), []);
  const run = useCallback(async <T>(task: Task<T>): Promise<T> => {
    const mine = begin();
    running.current = mine;
    setFigures(null);
    try {
      return await task({ signal: mine.control.signal, headers: { "x-request-id": mine.id } });
    } catch (error) {
      if (!isAbort(error)) throw error;
      await outcomeOf(mine);
      throw new Stopped(mine.last);
    } finally {
      if (running.current === mine) running.current = null;
    }
  }, []);
  const stop = useCallback(() => running.current?.control.abort(), []);
  return { figures, run, stop };
}
