/** Column widths as a CSS grid template: at least their width, and a share of what is left in proportion to it. */
import type { GridColumnSpec } from "./DataGrid.types";

const DEFAULT_WIDTH = 150;

export function columnTemplate(columns: readonly GridColumnSpec[], withActions: boolean): string {
  const parts = columns.map(({ width }) => {
    const least = Math.max(64, width ?? DEFAULT_WIDTH);
    return `minmax(${least}px, ${least}fr)`;
  });
  if (withActions) parts.push("var(--tq-s-24)");
  return parts.join(" ");
}

export function columnAlign(column: GridColumnSpec): "start" | "center" | "end" {
  if (column.align === "right") return "end";
  if (column.align === "center") return "center";
  if (column.align === "left") return "start";
  return column.type === "Integer" || column.type === "Decimal" || column.type === "Float" ? "end" : "start";
}
