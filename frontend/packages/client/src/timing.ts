/** How long an answer took on its way, without the time the page itself needed to get round to it. */

export type Timed<T = unknown> = { result: T; durationMs: number };

/** Milliseconds of the newest request to `url`, as the browser's network saw it; `fallback` where it does not tell. */
export function networkDuration(url: string, since: number, fallback: number): number {
  const entries = performance.getEntriesByName(url, "resource") as PerformanceResourceTiming[];
  const entry = entries.findLast(({ startTime }) => startTime >= since);
  return entry && entry.responseEnd > 0 && entry.requestStart > 0 ? entry.responseEnd - entry.requestStart : fallback;
}
