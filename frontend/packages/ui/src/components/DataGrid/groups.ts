/** Rows under the headings of their groups. */
import type { EntityRecord, Json } from "@torque/protocol";
import type { FieldTypeName } from "../../format/value";
import type { GridColumnSpec } from "./DataGrid.types";

/** Types with few values that many records share. */
const GROUPED: readonly FieldTypeName[] = ["Enum", "Reference", "Boolean", "Date"];

export const canGroup = ({ field, type, sortable }: GridColumnSpec): boolean => GROUPED.includes(type) && sortable !== false && !field.includes(".");

/** What tells a group from the others; nothing is a group as well. */
export const groupKey = (value: Json | undefined): string => JSON.stringify(value ?? null);

export type GridItem = { kind: "row"; index: number } | { kind: "group"; key: string; first: EntityRecord; index: number };

/**
 * Rows, each group of them below its heading.
 * @param field What they are grouped by; null for rows alone.
 * @param closed Keys of groups whose rows are folded away.
 */
export function itemsOf(rows: readonly EntityRecord[], field: string | null, closed: ReadonlySet<string>): GridItem[] {
  let current: string | null = null;
  return rows.flatMap((record, index): GridItem[] => {
    if (field === null) return [{ kind: "row", index }];
    const key = groupKey(record[field]);
    const heading: GridItem[] = key === current ? [] : [{ kind: "group", key, first: record, index }];
    current = key;
    return closed.has(key) ? heading : [...heading, { kind: "row", index }];
  });
}

/** The row to go to from `from`: the wanted one, or the next in that direction that is not folded away. */
export function nextRow(items: readonly GridItem[], from: number, to: number): number {
  const rows = items.flatMap((item) => (item.kind === "row" ? [item.index] : []));
  const ahead = to >= from ? rows.find((index) => index >= to) : rows.findLast((index) => index <= to);
  return ahead ?? (to >= from ? rows.at(-1) : rows[0]) ?? 0;
}
