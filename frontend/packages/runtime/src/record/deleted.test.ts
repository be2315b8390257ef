// @vitest-environment node
import type { DeletedPage, PageComponent } from "@torque/protocol";
import { describe, expect, it } from "vitest";
import { deletedAt, deletedBy, deletedColumns, deletedRows, listColumns, referredTo, wentAlong } from "./deleted";

const words = { somebody: "Somebody", at: "Deleted", by: "Deleted by", title: "Order", along: "Went along" };
const page = (ids: string[], actor: string): DeletedPage => ({
  data: ids.map((id) => ({ id, number: `CO-${id}`, customer_id: `c${id}` })),
  deletions: Object.fromEntries(ids.map((id) => [id, { at: "2026-11-20T09:15:00.000000Z", actor, protocol: "rest", root: null, dependants: id === "2" ? 4 : 0 }])),
  pagination: { limit: 50, nextCursor: null },
  meta: { entityType: "order", since: null },
});
const columns = [
  { field: "number", title: "Number", type: "String" as const },
  { field: "customer_id.email", title: "E-mail", type: "String" as const },
  { field: "customer_id", title: "Customer", type: "Reference" as const, entity: "customer" },
];
const grid: PageComponent = { type: "DataGrid", id: "orders", position: null, props: { entityType: "order", columns: [{ field: "number", title: "Number" }] }, style: null, events: null, children: null };
const form = {
  id: "f",
  name: "F",
  entity_type: "order",
  fields: [{ name: "plan", field_type: "FileInput" as const, label: "Plan" }, ...["a", "b", "c", "d", "e", "f"].map((name) => ({ name, field_type: "TextInput" as const, label: name.toUpperCase() }))],
};

describe("deleted records", () => {
  it("say who deleted them and when, one page after the other", () => {
    const rows = deletedRows([page(["1", "2"], "Ada"), page(["3"], "")], "number", words);
    expect(rows.map((row) => [row.id, deletedBy(row), deletedAt(row)])).toEqual([
      ["1", "Ada", "2026-11-20T09:15:00.000000Z"],
      ["2", "Ada", "2026-11-20T09:15:00.000000Z"],
      ["3", "Somebody", "2026-11-20T09:15:00.000000Z"],
    ]);
  });

  it("show the columns of their list, and on a phone their title, who and when", () => {
    expect(deletedColumns(columns, words, false).map(({ title }) => title)).toEqual(["Number", "Deleted", "Deleted by", "Customer"]);
    const [title, ...told] = deletedColumns(columns, words, true);
    expect(deletedRows([page(["1"], "Ada")], "number", words)[0]?.[title?.field ?? ""]).toBe("CO-1");
    expect(told.map((column) => column.title)).toEqual(["Deleted", "Deleted by"]);
  });

  it("say how many went along where some did", () => {
    const rows = deletedRows([page(["1", "2"], "Ada")], "number", words);
    expect(rows.map(wentAlong)).toEqual([0, 4]);
    expect(deletedColumns(columns, words, false, rows).map(({ title }) => title)).toEqual(["Number", "Deleted", "Deleted by", "Went along", "Customer"]);
    expect(deletedColumns(columns, words, false, rows.slice(0, 1)).map(({ title }) => title)).not.toContain("Went along");
  });

  it("find their list wherever it stands in the page, and do without one", () => {
    const box: PageComponent = { ...grid, type: "Container", props: {}, children: [grid] };
    expect(listColumns([box], "order", form).map(({ field }) => field)).toEqual(["number"]);
    expect(listColumns([box], "customer", form).map(({ title }) => title)).toEqual(["A", "B", "C", "D", "E"]);
    expect(listColumns([], "customer", undefined)).toEqual([]);
  });

  it("ask for the titles of the records they refer to, each once", () => {
    const records = [{ id: "1", customer_id: "c1", more: ["p1", "p2"] }, { id: "2", customer_id: "c1", more: null }];
    const found = referredTo(records, [{ field: "customer_id", entity: "customer" }, { field: "more", entity: "part" }, { field: "id" }]);
    expect([...found].map(([entity, ids]) => [entity, [...ids]])).toEqual([["customer", ["c1"]], ["part", ["p1", "p2"]]]);
  });
});
