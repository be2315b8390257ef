import type { ModelSummary } from "../api/types";

/** What the list of models is sorted by: the last change first, or the name. */
export type Sorting = "changed" | "name";

export const SORTED: Record<Sorting, (a: ModelSummary, b: ModelSummary) => number> = {
  changed: (a, b) => b.updatedAt.localeCompare(a.updatedAt),
  name: (a, b) => a.displayName.localeCompare(b.displayName),
};
