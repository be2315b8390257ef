/** Column widths as a CSS grid template: at least their width, and a share of what is left in proportion to it. */
import type { CSSProperties } from "react";
import { isNumeric, type FieldTypeName } from "../../format/value";
import type { GridColumnSpec, GridLayout } from "./DataGrid.types";
import { LEAST_WIDTH, MODEL_LAYOUT } from "./layout";

/** What a column needs when the model gives it no width. */
const WIDTHS: Partial<Record<FieldTypeName, number>> = { Boolean: 90, Time: 90, Date: 120, Enum: 130, Integer: 110, Decimal: 120, Float: 120, DateTime: 160, Reference: 190, Json: 200 };
const DEFAULT_WIDTH = 180;
const FIRST_TEXT_WIDTH = 260;
const ACTIONS_WIDTH = 48;
const CHECK_WIDTH = 52;

export type GridEnds = { /** A box to choose the row at its start. */ check?: boolean; /** The menu of the row at its end. */ actions?: boolean };

export const leastOf = ({ width, type }: GridColumnSpec, index: number): number => Math.max(LEAST_WIDTH, width ?? (index === 0 && type === "String" ? FIRST_TEXT_WIDTH : (WIDTHS[type] ?? DEFAULT_WIDTH)));

/** The template, and the width below which the grid scrolls sideways. A width the reader chose is kept to the pixel. */
export function columnTemplate(columns: readonly GridColumnSpec[], { check, actions }: GridEnds, { widths }: GridLayout = MODEL_LAYOUT): CSSProperties {
  const least = columns.map((column, index) => widths[column.field] ?? leastOf(column, index));
  const parts = columns.map(({ field }, index) => (widths[field] ? `${least[index]}px` : `minmax(${least[index]}px, ${least[index]}fr)`));
  const ends = (check ? CHECK_WIDTH : 0) + (actions ? ACTIONS_WIDTH : 0);
  return {
    "--grid-columns": [...(check ? [`${CHECK_WIDTH}px`] : []), ...parts, ...(actions ? [`${ACTIONS_WIDTH}px`] : [])].join(" "),
    "--grid-least": `${least.reduce((sum, one) => sum + one, ends)}px`,
    "--grid-check": `${CHECK_WIDTH}px`,
  } as CSSProperties;
}

/** Numbers stand at the end of their column; an identifier, the first column, begins the row. */
export function columnAlign(column: GridColumnSpec, first: boolean): "start" | "center" | "end" {
  if (column.align === "right") return "end";
  if (column.align === "center") return "center";
  if (column.align === "left" || first) return "start";
  return isNumeric(column.type) ? "end" : "start";
}
