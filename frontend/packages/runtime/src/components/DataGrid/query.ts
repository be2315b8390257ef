/** From a grid's properties and the reader's view to the question the server is asked. */
import type { DataGridProps, EntityQuery, Filters, FormDefinition, FormField, GridColumn } from "@torque/protocol";
import { shapeOfField, typeOfField, type FieldTypeName, type GridColumnSpec, type GridFilter, type GridSort, type GridView } from "@torque/ui";
import { filterOf } from "./asked";

export const DEFAULT_PAGE_SIZE = 50;

const TYPE_NAMES: readonly FieldTypeName[] = ["String", "Integer", "Decimal", "Float", "Boolean", "DateTime", "Date", "Time", "Json", "Binary", "Enum", "Reference", "Array"];

function typeOf(column: GridColumn, field: FormField | undefined): FieldTypeName {
  const named = TYPE_NAMES.find((name) => name === column.type);
  if (named) return named;
  if (column.field === "created_at" || column.field === "updated_at") return "DateTime";
  return field ? typeOfField(field) : "String";
}

/** Columns with the types the server compiled in; where it did not, with those of the form's fields. */
export function columnSpecs(columns: readonly GridColumn[], form: FormDefinition | undefined): GridColumnSpec[] {
  return columns.map((column) => {
    const field = form?.fields.find(({ name }) => name === column.field);
    const { align, width, sortable, filterable, title, format } = column;
    return {
      field: column.field,
      title,
      align,
      width,
      sortable,
      filterable,
      format,
      type: typeOf(column, field),
      options: column.options ?? field?.options,
      entity: column.entity ?? field?.entity,
      scale: column.scale ?? field?.validation?.scale,
    };
  });
}

/** Fields that the view asks about and no column shows, as the form knows them. */
export function askedFields(view: GridView, columns: readonly GridColumnSpec[], form: FormDefinition | undefined): GridColumnSpec[] {
  const asked = new Set(view.filters.map(({ field }) => field).filter((name) => columns.every(({ field }) => field !== name)));
  return (form?.fields ?? []).filter(({ name }) => asked.has(name)).map((field) => ({ ...shapeOfField(field), field: field.name, title: field.label, options: field.options, entity: field.entity }));
}

/** The order a grid has before the reader chooses one. */
export function ownSort(sort: DataGridProps["sort"]): GridSort | null {
  const first = Array.isArray(sort) ? sort[0] : sort;
  return first ? { field: first.field, order: first.order ?? first.direction ?? "asc" } : null;
}

const asksNothing = (filters: Filters | null | undefined): boolean => !filters || Object.keys(filters).length === 0;

/** What lets through only what both do. */
export function bothFilters(one: Filters | null | undefined, other: Filters | null | undefined): Filters {
  if (asksNothing(other)) return one ?? {};
  return asksNothing(one) ? (other ?? {}) : { and: [one ?? {}, other ?? {}] };
}

/** All conditions at once; one without a value asks nothing yet. */
export function combineFilters(base: Filters | null | undefined, filters: readonly GridFilter[], columns: readonly GridColumnSpec[]): Filters {
  const own = filters.flatMap((filter): Filters[] => {
    const column = columns.find(({ field }) => field === filter.field);
    const asked = column && filterOf(filter, column.type);
    return asked ? [asked] : [];
  });
  const parts = [...(base && Object.keys(base).length > 0 ? [base] : []), ...own];
  return parts.length > 1 ? { and: parts } : (parts[0] ?? {});
}

/** Reference fields whose titles the grid shows; a path through a reference needs its first step. */
function expandOf(columns: readonly GridColumnSpec[]): string[] {
  const fields = columns.flatMap(({ field, type }) => (field.includes(".") ? [field.split(".")[0] ?? field] : type === "Reference" ? [field] : []));
  return [...new Set(fields)];
}

/** @param asked Fields without a column that the view asks about. */
export function gridQuery(props: DataGridProps, columns: readonly GridColumnSpec[], view: GridView, asked: readonly GridColumnSpec[] = []): EntityQuery {
  const expand = expandOf(columns);
  // An address outlives its columns: one that is gone orders nothing.
  const chosen = view.sort && columns.some(({ field }) => field === view.sort?.field) ? view.sort : null;
  const sort = chosen ?? ownSort(props.sort);
  return {
    entityType: props.entityType,
    page: view.page,
    limit: props.pageSize ?? DEFAULT_PAGE_SIZE,
    filters: combineFilters(props.filters, view.filters, [...columns, ...asked]),
    ...(sort ? { sortBy: sort.field, sortOrder: sort.order } : {}),
    ...(view.search.trim() ? { search: view.search.trim() } : {}),
    ...(expand.length > 0 ? { expand } : {}),
  };
}

/** The same records; an order by a reference goes by the title of what it refers to, which is what the column shows, where one may be had. */
export function titledQuery(query: EntityQuery, columns: readonly GridColumnSpec[], sortField: (entity: string) => string | null): EntityQuery {
  const column = columns.find(({ field, type }) => field === query.sortBy && type === "Reference");
  const title = column?.entity ? sortField(column.entity) : null;
  return column && title ? { ...query, sortBy: `${column.field}.${title}` } : query;
}

/** The same records, those of one group together; groups of a reference go by the title of what they refer to. */
export function groupedQuery(query: EntityQuery, column: GridColumnSpec, sortField: string | null): EntityQuery {
  const { sortBy, sortOrder = "asc", ...rest } = query;
  const { field } = column;
  const titles = column.type === "Reference" && sortField ? [`${field}.${sortField}`] : [];
  const within = typeof sortBy === "string" && sortBy !== field ? [{ field: sortBy, order: sortOrder }] : [];
  const order = sortBy === field ? sortOrder : "asc";
  return { ...rest, sortBy: [...[...titles, field].map((one) => ({ field: one, order })), ...within] };
}

/** How many there are without what the reader asked for. */
export const countQuery = (props: DataGridProps): EntityQuery => ({ entityType: props.entityType, page: 0, limit: 1, filters: props.filters ?? {} });
