/** Which columns a reader sees, in which order and how wide: their own arrangement over the model's. */
import type { GridColumnSpec, GridLayout } from "./DataGrid.types";

export const MODEL_LAYOUT: GridLayout = { order: [], hidden: [], widths: {} };

export const LEAST_WIDTH = 64;
const MOST_WIDTH = 800;

export const clampWidth = (width: number): number => Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)));

/** All columns in the reader's order, hidden ones too. */
export function orderColumns(columns: readonly GridColumnSpec[], { order }: GridLayout): GridColumnSpec[] {
  const known = order.flatMap((field) => columns.filter((column) => column.field === field));
  const ordered: GridColumnSpec[] = [...known];
  columns.forEach((column, index) => {
    if (!known.includes(column)) ordered.splice(Math.min(index, ordered.length), 0, column);
  });
  return ordered;
}

/** What is drawn. A grid without columns is none: when all are hidden, the first stays. */
export function shownColumns(columns: readonly GridColumnSpec[], layout: GridLayout): GridColumnSpec[] {
  const ordered = orderColumns(columns, layout);
  const shown = ordered.filter(({ field }) => !layout.hidden.includes(field));
  return shown.length > 0 ? shown : ordered.slice(0, 1);
}

/** The layout after one column moved `by` places. */
export function movedColumn(columns: readonly GridColumnSpec[], layout: GridLayout, field: string, by: number): GridLayout {
  const order = orderColumns(columns, layout).map((column) => column.field);
  const from = order.indexOf(field);
  const to = Math.min(order.length - 1, Math.max(0, from + by));
  order.splice(from, 1);
  order.splice(to, 0, field);
  return { ...layout, order };
}

export function toggledColumn(layout: GridLayout, field: string): GridLayout {
  const hidden = layout.hidden.includes(field) ? layout.hidden.filter((other) => other !== field) : [...layout.hidden, field];
  return { ...layout, hidden };
}

export const resizedColumn = (layout: GridLayout, field: string, width: number): GridLayout => ({ ...layout, widths: { ...layout.widths, [field]: clampWidth(width) } });
