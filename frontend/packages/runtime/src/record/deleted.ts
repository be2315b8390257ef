/** What the list of deleted records is made of: pure, so that it can be told without a server. */
import type { DeletedPage, EntityRecord, FormDefinition, FormField, GridColumn, PageComponent } from "@torque/protocol";
import type { GridColumnSpec } from "@torque/ui";
import { titleOfRecord } from "../data/titles";

/** Beside the fields of a record; no field is called like this. */
const AT = "$at";
const BY = "$by";
const TITLE = "$title";
const ALONG = "$along";
const ROOT = "$root";

/** Without a list of these records on the page: so many of the form's fields. */
const MOST_COLUMNS = 5;

export type Words = { somebody: string; at: string; by: string; title: string; along: string };

/** The records with who deleted them and when. */
export const deletedRows = (pages: readonly DeletedPage[], titleField: string | null, { somebody }: Words): EntityRecord[] =>
  pages.flatMap(({ data, deletions }) =>
    data.map((record) => ({ ...record, [AT]: deletions[record.id]?.at ?? null, [BY]: deletions[record.id]?.actor || somebody, [TITLE]: titleOfRecord(record, titleField), [ALONG]: deletions[record.id]?.dependants ?? 0, [ROOT]: deletions[record.id]?.root ?? null })),
  );

export const deletedAt = (record: EntityRecord): string => String(record[AT] ?? "");
export const deletedBy = (record: EntityRecord): string => String(record[BY] ?? "");

/** How many records went along with it, and the one that it went along with. */
export const wentAlong = (record: EntityRecord): number => Number(record[ALONG] ?? 0);
export const rootOf = (record: EntityRecord): string | null => (typeof record[ROOT] === "string" ? record[ROOT] : null);

/** What the rows show: what their list on the page begins with, who and when, then the rest of it; on a phone the title alone. How many went along is told where some did. */
export function deletedColumns(columns: readonly GridColumnSpec[], words: Words, phone: boolean, rows: readonly EntityRecord[] = []): GridColumnSpec[] {
  const told: GridColumnSpec[] = [
    { field: AT, title: words.at, type: "DateTime" },
    { field: BY, title: words.by, type: "String", width: 150 },
    ...(rows.some((row) => wentAlong(row) > 0) ? [{ field: ALONG, title: words.along, type: "Integer" as const, width: 120 }] : []),
  ];
  const [first, ...rest] = columns.filter(({ field }) => !field.includes("."));
  const title: GridColumnSpec = { field: TITLE, title: words.title, type: "String" };
  return phone || !first ? [title, ...told] : [first, ...told, ...rest];
}

function* within(components: readonly PageComponent[]): Generator<PageComponent> {
  for (const component of components) {
    yield component;
    yield* within(component.children ?? []);
  }
}

/** The columns of these records on the page, else the first fields of their form that a cell can hold. */
export function listColumns(components: readonly PageComponent[], entityType: string, form: FormDefinition | undefined): GridColumn[] {
  for (const { type, props } of within(components)) {
    if (type === "DataGrid" && props.entityType === entityType && Array.isArray(props.columns) && props.columns.length > 0) return props.columns as unknown as GridColumn[];
  }
  const fits = ({ field_type: type }: FormField): boolean => type !== "JsonEditor" && type !== "RichText" && type !== "FileInput";
  return (form?.fields ?? []).filter(fits).slice(0, MOST_COLUMNS).map(({ name, label }) => ({ field: name, title: label }));
}

/** The records that deleted ones refer to, by entity: their titles have to be asked for. */
export function referredTo(records: readonly EntityRecord[], columns: readonly Pick<GridColumnSpec, "field" | "entity">[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { field, entity } of columns) {
    if (!entity) continue;
    const ids = found.get(entity) ?? new Set<string>();
    for (const one of records.flatMap((record) => record[field] ?? [])) if (typeof one === "string") ids.add(one);
    if (ids.size > 0) found.set(entity, ids);
  }
  return found;
}
