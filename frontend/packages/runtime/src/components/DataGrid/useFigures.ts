import type { AggregateQuery, EntityQuery, EntityRecord, Filters, Json } from "@torque/protocol";
import { groupKey, type GridColumnSpec, type GridFigures } from "@torque/ui";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useRuntime } from "../../context";
import type { TimedPage } from "../../data/queries";
import { keys } from "../../data/keys";

/** Sums of more records than this are left out: they would cost more than the list they stand under. */
const MOST_RECORDS = 20_000;
/** The readout has room for this many. */
const MOST_SUMS = 3;

export type Figures = { sums: Readonly<Record<string, number>> | undefined; groups: ReadonlyMap<string, GridFigures> | undefined };

/** What belongs to one piece, or is a share of something: nobody adds it up. */
const NOT_ADDED = /(unit_?(price|cost)|rate|ratio|percent|percentage|discount|latitude|longitude|factor)$/i;

/** Amounts are what is added up; an identifier begins the row, and a path belongs to another record. */
export const summedFields = (columns: readonly GridColumnSpec[]): string[] =>
  columns.filter(({ type, field, format }, index) => type === "Decimal" && format !== "percent" && index > 0 && !field.includes(".") && !NOT_ADDED.test(field)).map(({ field }) => field).slice(0, MOST_SUMS);

function sumsOf(row: Record<string, Json> | undefined, fields: readonly string[]): Record<string, number> {
  const sums = fields.map((field) => [field, row?.[field]] as const).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(sums);
}

/** The records whose groups begin on this page, and no others. */
function inGroups(filters: Filters | undefined, field: string, rows: readonly EntityRecord[]): Filters {
  const values = [...new Map(rows.map((row) => [groupKey(row[field]), row[field] ?? null])).values()];
  const named = values.filter((value) => value !== null);
  const either: Filters[] = [...(named.length > 0 ? [{ [field]: { in: named } }] : []), ...(values.includes(null) ? [{ [field]: { is_null: true } }] : [])];
  const [only] = either;
  const wanted = either.length > 1 || !only ? { or: either } : only;
  return filters && Object.keys(filters).length > 0 ? { and: [filters, wanted] } : wanted;
}

function useAggregate(query: AggregateQuery, enabled: boolean) {
  const { client } = useRuntime();
  return useQuery({ queryKey: keys.figures(query), queryFn: ({ signal }) => client.call("queryEntities", query, { signal }), placeholderData: keepPreviousData, enabled });
}

/**
 * Sums under a list and at the headings of its groups: asked for when the list stands.
 * @param query What the list asks.
 * @param group The column the rows are grouped by.
 * @param page The answer on screen; the groups of one that is about to be replaced (`passing`) are not asked for.
 */
export function useFigures({ entityType, filters, search }: EntityQuery, columns: readonly GridColumnSpec[], group: GridColumnSpec | undefined, page: TimedPage | undefined, passing: boolean): Figures {
  const fields = useMemo(() => summedFields(columns), [columns]);
  const total = page?.pagination.total ?? 0;
  const rows = page?.data ?? [];
  const worth = total > 0 && total <= MOST_RECORDS;
  const asked = { entityType, ...(search ? { search } : {}) };
  const metrics = fields.map((field) => ({ op: "sum" as const, field, as: field }));
  const all = useAggregate({ ...asked, filters, aggregate: { metrics } }, worth && metrics.length > 0);
  const field = group?.field ?? "";
  const grouped = useAggregate(
    { ...asked, filters: group ? inGroups(filters, field, rows) : filters, limit: 1000, aggregate: { groupBy: [field], metrics: [{ op: "count" }, ...metrics] } },
    worth && group !== undefined && !passing,
  );
  const first = all.data?.data[0];
  const parts = grouped.data?.data;
  return useMemo(
    () => ({
      sums: first && worth ? sumsOf(first, fields) : undefined,
      groups: parts && new Map(parts.map((row) => [groupKey(row[field]), { count: Number(row.count), sums: sumsOf(row, fields) }])),
    }),
    [first, worth, parts, field, fields],
  );
}
