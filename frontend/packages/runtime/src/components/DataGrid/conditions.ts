/** What a reader asks of the records beside the grid's own filter bar: the conditions of a builder around the page. */
import type { Filters } from "@torque/protocol";
import { createContext } from "react";

export type GridConditions = {
  filters: Filters;
  /** Takes them away, and the search with them. */
  clear: () => void;
};

/** The grids inside show only what these let through; null asks nothing. */
export const GridConditionsContext = createContext<GridConditions | null>(null);
