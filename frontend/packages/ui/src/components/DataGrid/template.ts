/** Column widths as a CSS grid template: at least their width, and a share of what is left in proportion to it. */
import type { CSSProperties } from "react";
import { isNumeric, type FieldTypeName } from "../../format/value";
import type { GridColumnSpec } from "./DataGrid.types";

/** What a column needs when the model gives it no width. */
const WIDTHS: Partial<Record<FieldTypeName, number>> = { Boolean: 90, Time: 90, Date: 120, Enum: 130, Integer: 110, Decimal: 120, Float: 120, DateTime: 160, Reference: 190, Json: 200 };
const DEFAULT_WIDTH = 180;
const FIRST_TEXT_WIDTH = 260;
const LEAST_WIDTH = 64;
const ACTIONS_WIDTH = 48;

const leastOf = ({ width, type }: GridColumnSpec, index: number): number => Math.max(LEAST_WIDTH, width ?? (index === 0 && type === "String" ? FIRST_TEXT_WIDTH : (WIDTHS[type] ?? DEFAULT_WIDTH)));

/** The template, and the width below which the grid scrolls sideways. */
export function columnTemplate(columns: readonly GridColumnSpec[], withActions: boolean): CSSProperties {
  const parts = columns.map((column, index) => `minmax(${leastOf(column, index)}px, ${leastOf(column, index)}fr)`);
  const least = columns.reduce((sum, column, index) => sum + leastOf(column, index), withActions ? ACTIONS_WIDTH : 0);
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
