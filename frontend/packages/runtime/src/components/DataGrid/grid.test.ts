// @vitest-environment node
import { valueOf, valuesOf, type Operator } from "@torque/ui";
import { describe, expect, it } from "vitest";
import { readView, writeView } from "./address";
import { summedFields } from "./useFigures";
import { askedFields, bothFilters, columnSpecs, combineFilters, gridQuery, groupedQuery, ownSort, titledQuery } from "./query";

const columns = columnSpecs(
  [
    { field: "label", title: "Task", type: "String" },
    { field: "due", title: "Due", type: "DateTime" },
    { field: "count", title: "Count", type: "Integer" },
    { field: "done", title: "Done", type: "Boolean" },
    { field: "day", title: "Day", type: "Date" },
    { field: "at", title: "At", type: "Time" },
    { field: "owner", title: "Owner", type: "Reference", entity: "person" },
  ],
  undefined,
);

describe("a grid's view in the address", () => {
  it("comes back as it was written, under the grid's own names", () => {
    const view = { search: "milk & bread", filters: [{ field: "label", operator: "contains" as const, value: "a~b" }], sort: { field: "due", order: "desc" as const }, page: 2, group: "owner" };
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(writeView(view, "todo_grid."))) [value ?? []].flat().forEach((one) => params.append(name, one));
    expect(readView(params, "todo_grid.")).toEqual(view);
    expect(readView(params, "")).toEqual({ search: "", filters: [], sort: null, page: 0 });
  });

  it("keeps several values, whatever they hold, and a question without one", () => {
    const filters = [
      { field: "label", operator: "in" as const, value: valueOf("in", ["a~b", "50 %", "%7E"]) },
      { field: "count", operator: "between" as const, value: valueOf("between", ["", "5"]) },
      { field: "owner", operator: "is_null" as const, value: "" },
    ];
    const params = new URLSearchParams();
    const written = writeView({ search: "", filters, sort: null, page: 0 }, "");
    for (const [name, value] of Object.entries(written)) [value ?? []].flat().forEach((one) => params.append(name, one));
    expect(params.getAll("f")[2]).toBe("owner~is_null");
    const read = readView(params, "").filters;
    expect(read).toEqual(filters);
    expect(read.map(valuesOf)).toEqual([["a~b", "50 %", "%7E"], ["", "5"], []]);
  });

  it("survives nonsense", () => {
    expect(readView(new URLSearchParams("page=-3&f=a~drop~1&f=x&sort="), "")).toEqual({ search: "", filters: [], sort: null, page: 0 });
  });
});

describe("the question a grid asks", () => {
  it("joins its own conditions with the reader's, each in the type of its field", () => {
    const filters = combineFilters({ done: false }, [{ field: "count", operator: "ge", value: "3" }, { field: "label", operator: "contains", value: "" }, { field: "unknown", operator: "eq", value: "1" }], columns);
    expect(filters).toEqual({ and: [{ done: false }, { count: { ge: 3 } }] });
  });

  it("asks nothing by what is no value of the field's type", () => {
    const nonsense = [
      { field: "due", operator: "ge" as const, value: "notadate" },
      { field: "due", operator: "ge" as const, value: "2026-11-20T10:00" },
      { field: "day", operator: "ge" as const, value: "2026" },
      { field: "count", operator: "eq" as const, value: "many" },
      { field: "count", operator: "ge" as const, value: "1.5" },
      { field: "count", operator: "in" as const, value: "many~more" },
      { field: "count", operator: "between" as const, value: "~" },
      { field: "at", operator: "ge" as const, value: "noon" },
    ];
    expect(combineFilters(null, nonsense, columns)).toEqual({});
  });

  it("reads a day in the reader's zone", () => {
    expect(combineFilters(null, [{ field: "due", operator: "ge", value: "2026-11-20" }], columns)).toEqual({ due: { ge: new Date(2026, 10, 20).toISOString() } });
  });

  const asked = (field: string, operator: Operator, ...values: string[]) => combineFilters(null, [{ field, operator, value: valueOf(operator, values) }], columns);

  it("asks for one of several, for what lies between, and for what is missing", () => {
    expect(asked("count", "in", "3", "many", "4")).toEqual({ count: { in: [3, 4] } });
    expect(asked("owner", "nin", "a", "b")).toEqual({ owner: { nin: ["a", "b"] } });
    expect(asked("count", "between", "3", "5")).toEqual({ count: { ge: 3, le: 5 } });
    expect(asked("count", "between", "", "5")).toEqual({ count: { le: 5 } });
    expect(asked("at", "between", "08:00", "09:30")).toEqual({ at: { ge: "08:00:00", le: "09:30:00" } });
    expect(asked("label", "ends_with", "milk")).toEqual({ label: { ends_with: "milk" } });
    expect(asked("done", "is_null")).toEqual({ done: { is_null: true } });
    expect(asked("due", "has_value")).toEqual({ due: { is_null: false } });
  });

  it("takes the day of a moment as a whole", () => {
    const [first, last, after] = [20, 21, 22].map((day) => new Date(2026, 10, day).toISOString());
    expect(asked("due", "eq", "2026-11-20")).toEqual({ due: { ge: first, lt: last } });
    expect(asked("due", "ne", "2026-11-20")).toEqual({ not: { due: { ge: first, lt: last } } });
    expect(asked("due", "between", "2026-11-20", "2026-11-21")).toEqual({ due: { ge: first, lt: after } });
    expect(asked("due", "le", "2026-11-21")).toEqual({ due: { lt: after } });
    expect(asked("due", "gt", "2026-11-20")).toEqual({ due: { ge: last } });
  });

  it("asks for the titles of references, the page's own order and size", () => {
    const query = gridQuery({ entityType: "todo", sort: { field: "due", direction: "desc" }, pageSize: 20 }, columns, { search: " milk ", filters: [], sort: null, page: 1 });
    expect(query).toEqual({ entityType: "todo", page: 1, limit: 20, filters: {}, sortBy: "due", sortOrder: "desc", search: "milk", expand: ["owner"] });
  });

  it("keeps the page's own order when the address names a column that is gone", () => {
    const query = gridQuery({ entityType: "todo", sort: { field: "due", direction: "desc" } }, columns, { search: "", filters: [], sort: { field: "gone", order: "asc" }, page: 0 });
    expect([query.sortBy, query.sortOrder]).toEqual(["due", "desc"]);
  });

  it("orders by a reference as its column reads, by title", () => {
    const query = gridQuery({ entityType: "todo" }, columns, { search: "", filters: [], sort: { field: "owner", order: "desc" }, page: 0 });
    expect(titledQuery(query, columns, () => "name")).toEqual({ ...query, sortBy: "owner.name", sortOrder: "desc" });
    expect(titledQuery(query, columns, () => null)).toBe(query);
    const plain = { ...query, sortBy: "label" };
    expect(titledQuery(plain, columns, () => "name")).toBe(plain);
  });

  it("keeps the records of a group together, groups of a reference by its title", () => {
    const query = gridQuery({ entityType: "todo", sort: { field: "due", direction: "desc" } }, columns, { search: "", filters: [], sort: null, page: 0 });
    const owner = columns.find(({ field }) => field === "owner");
    expect(owner && groupedQuery(query, owner, "name")).toMatchObject({
      entityType: "todo",
      sortBy: [{ field: "owner.name", order: "asc" }, { field: "owner", order: "asc" }, { field: "due", order: "desc" }],
    });
    const done = columns.find(({ field }) => field === "done");
    expect(done && groupedQuery({ ...query, sortBy: "done" }, done, null).sortBy).toEqual([{ field: "done", order: "desc" }]);
  });

  it("asks about a field that has no column when the address does and the form knows it", () => {
    const form = { id: "f", name: "F", entity_type: "todo", fields: [{ name: "state", field_type: "Select" as const, label: "State", options: [{ value: "a", label: "A" }] }, { name: "note", field_type: "TextArea" as const, label: "Note" }] };
    const view = { search: "", filters: [{ field: "state", operator: "eq" as const, value: "a" }, { field: "gone", operator: "eq" as const, value: "1" }, { field: "label", operator: "eq" as const, value: "x" }], sort: null, page: 0 };
    const asked = askedFields(view, columns, form);
    expect(asked).toMatchObject([{ field: "state", title: "State", type: "Enum", options: [{ value: "a", label: "A" }] }]);
    expect(gridQuery({ entityType: "todo" }, columns, view, asked).filters).toEqual({ and: [{ state: { eq: "a" } }, { label: { eq: "x" } }] });
    expect(askedFields(view, columns, undefined)).toEqual([]);
  });

  it("takes types from the form where a page has none", () => {
    const form = { id: "f", name: "F", entity_type: "todo", fields: [{ name: "state", field_type: "Select" as const, label: "State", options: [{ value: "a", label: "A" }] }] };
    expect(columnSpecs([{ field: "state", title: "State" }, { field: "created_at", title: "Created" }], form).map(({ type }) => type)).toEqual(["Enum", "DateTime"]);
  });

  it("has the order the model gave it, in either spelling", () => {
    expect(ownSort([{ field: "due", order: "desc" }])).toEqual({ field: "due", order: "desc" });
    expect(ownSort(null)).toBeNull();
  });
});

describe("the sums under a list", () => {
  const decimal = (field: string, format?: string) => ({ field, title: field, type: "Decimal" as const, format });

  it("are those of amounts, not of what belongs to one piece or is a share", () => {
    const fields = ["number", "freight", "unit_price", "UnitPrice", "discount", "tax_rate", "discount_amount", "customer.balance", "total"].map((field) => decimal(field));
    expect(summedFields([...fields, decimal("share", "percent")])).toEqual(["freight", "discount_amount", "total"]);
  });
});

describe("conditions of a builder around the page", () => {
  it("narrow what the model's own filters let through, and nothing when they ask nothing", () => {
    const own = { done: false };
    const asked = { count: { ge: 3 } };
    expect(bothFilters(own, asked)).toEqual({ and: [own, asked] });
    expect(bothFilters(null, asked)).toEqual(asked);
    expect(bothFilters(own, {})).toEqual(own);
    expect(bothFilters(undefined, undefined)).toEqual({});
  });
});
