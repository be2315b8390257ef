/** The states a live connection goes through, and how long it waits between attempts. */
import type { SubscribeResult } from "@torque/protocol";

export type ConnectionState =
  | { name: "idle" }
  | { name: "connecting"; attempt: number; since: number | null }
  | { name: "live" }
  | { name: "offline"; attempt: number; since: number };

/** What a live transport tells its owner. */
export type LiveHandlers = {
  opened: () => void;
  closed: () => void;
  message: (message: unknown, at?: number) => void;
  /** What an event stream says when it is opened: where the feed stood. */
  position: (standing: SubscribeResult) => void;
};

/** A way to hear events: a WebSocket or an event stream. */
export type LiveTransportConnection = {
  close: () => void;
  /** Sends a frame; false when the connection cannot carry it (an event stream, or not open yet). */
  send: (frame: string) => boolean;
};

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/** Milliseconds before attempt `attempt` (1-based): doubled each time, spread so that clients do not come back together. */
export function waitBefore(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}
