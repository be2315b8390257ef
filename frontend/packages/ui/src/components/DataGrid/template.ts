/** Column widths as a CSS grid template: at least their width, and a share of what is left in proportion to it. */
import type { CSSProperties } from "react";
import { isNumeric } from "../../format/value";
import type { GridColumnSpec } from "./DataGrid.types";

const DEFAULT_WIDTH = 150;
const LEAST_WIDTH = 64;
const ACTIONS_WIDTH = 48;

const leastOf = ({ width }: GridColumnSpec): number => Math.max(LEAST_WIDTH, width ?? DEFAULT_WIDTH);

/** The template, and the width below which the grid scrolls sideways. */
export function columnTemplate(columns: readonly GridColumnSpec[], withActions: boolean): CSSProperties {
  const parts = columns.map((column) => `minmax(${leastOf(column)}px, ${leastOf(column)}fr)`);
  const least = columns.reduce((sum, column) => sum + leastOf(column), withActions ? ACTIONS_WIDTH : 0);
  return {
    "--grid-columns": [...parts, ...(withActions ? [`${ACTIONS_WIDTH}px`] : [])].join(" "),
    "--grid-least": `${least}px`,
  } as CSSProperties;
}

/** Numbers stand at the end of their column; an identifier, the first column, begins the row. */
export function columnAlign(column: GridColumnSpec, first: boolean): "start" | "center" | "end" {
  if (column.align === "right") return "end";
  if (column.align === "center") return "center";
  if (column.align === "left" || first) return "start";
  return isNumeric(column.type) ? "end" : "start";
}
