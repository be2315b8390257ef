/** What every component of a page reaches through its runtime: the client, the address, and what this reader did. */
import type { TorqueClient } from "@torque/client";
import type { ModelMetadata, SessionInfo } from "@torque/protocol";
import { createContext, useContext } from "react";
import type { Deletions } from "./record/deletions";
import type { Titles } from "./data/titles";
import type { OwnWrites } from "./data/writes";

/** Where the state of a page lives: the browser's address in an application, memory in a preview. */
export type Address = {
  readonly params: URLSearchParams;
  /** Changes parameters; null removes one. `replace` makes no entry in the history. */
  set: (changes: Record<string, string | readonly string[] | null>, options?: { replace?: boolean }) => void;
  goTo: (pageId: string, params?: Record<string, string>) => void;
};

/** A form in the drawer is left with the drawer, one in the page with the page. */
export type FormPlace = "drawer" | "page";

export type Runtime = {
  client: TorqueClient;
  metadata: ModelMetadata;
  /** Who reads; null without a session. */
  user: SessionInfo | null;
  address: Address;
  titles: Titles;
  writes: OwnWrites;
  deletions: Deletions;
  /** Told how many fields of a form are not saved, and where it stands; the owner asks before they are lost. */
  onUnsaved: (place: FormPlace, count: number) => void;
};

export const RuntimeContext = createContext<Runtime | null>(null);

export function useRuntime(): Runtime {
  const runtime = useContext(RuntimeContext);
  if (!runtime) throw new Error("This component stands outside of a RuntimeProvider.");
  return runtime;
}
