/** A grid's view in the address: `q`, `f=field~operator~value~value`, `sort=-field`, `group`, `page`. Grids that share a page put their id before it. */
import { arityOf, type GridFilter, type GridView, type Operator } from "@torque/ui";

const OPERATORS: readonly Operator[] = ["eq", "ne", "gt", "ge", "lt", "le", "between", "in", "nin", "contains", "starts_with", "ends_with", "is_null", "has_value"];

function readFilter(text: string): GridFilter | null {
  const [field, operator, ...value] = text.split("~");
  const known = OPERATORS.find((name) => name === operator);
  return field && known ? { field, operator: known, value: value.join("~") } : null;
}

function readSort(text: string | null): GridView["sort"] {
  if (!text) return null;
  return text.startsWith("-") ? { field: text.slice(1), order: "desc" } : { field: text, order: "asc" };
}

export function readView(params: URLSearchParams, prefix: string): GridView {
  const page = Number(params.get(`${prefix}page`) ?? "1");
  return {
    search: params.get(`${prefix}q`) ?? "",
    filters: params.getAll(`${prefix}f`).map(readFilter).filter((filter) => filter !== null),
    sort: readSort(params.get(`${prefix}sort`)),
    page: Number.isInteger(page) && page > 0 ? page - 1 : 0,
    group: params.get(`${prefix}group`) || undefined,
  };
}

export function writeView(view: GridView, prefix: string): Record<string, string | string[] | null> {
  return {
    [`${prefix}q`]: view.search || null,
    [`${prefix}f`]: view.filters.length > 0 ? view.filters.map(({ field, operator, value }) => [field, operator, ...(arityOf(operator) === "none" ? [] : [value])].join("~")) : null,
    [`${prefix}sort`]: view.sort ? `${view.sort.order === "desc" ? "-" : ""}${view.sort.field}` : null,
    [`${prefix}group`]: view.group ?? null,
    [`${prefix}page`]: view.page > 0 ? String(view.page + 1) : null,
  };
}
