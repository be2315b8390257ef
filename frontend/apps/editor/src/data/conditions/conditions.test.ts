// @vitest-environment node
import type { Entity, ModelDocument } from "@torque/model";
import { describe, expect, it } from "vitest";
import { orders } from "../../fixtures/documents";
import { readConditions, writeConditions } from "./address";
import { arityOf, conditionCount, filtersOf, NO_CONDITIONS, operatorsOf, wireValue, withPart, type Group } from "./conditions";
import { askedFields } from "./fields";

const order = orders.entities?.find(({ name }) => name === "order") as Entity;
const fields = askedFields(order, orders);
const all = (...parts: Group["parts"]): Group => ({ join: "and", negated: false, parts });

describe("conditions on records", () => {
  it("become the filters of the query language, groups and all", () => {
    const either: Group = { join: "or", negated: true, parts: [{ field: "status", operator: "in", values: ["Draft", "Packed"] }, { field: "shipped_date", operator: "is_null", values: [] }] };
    const tree = all({ field: "freight", operator: "between", values: ["1.5", "20"] }, { field: "customer_id.email", operator: "ends_with", values: ["@example.org"] }, either);
    expect(filtersOf(tree, fields)).toEqual({
      and: [{ freight: { between: [1.5, 20] } }, { "customer_id.email": { ends_with: "@example.org" } }, { not: { or: [{ status: { in: ["Draft", "Packed"] } }, { shipped_date: { is_null: true } }] } }],
    });
    expect(conditionCount(tree, fields)).toBe(4);
    expect(readConditions(writeConditions(tree))).toEqual(tree);
  });

  it("ask nothing before they have their values, or of a field that is gone", () => {
    const tree = all({ field: "freight", operator: "between", values: ["1"] }, { field: "number", operator: "ge", values: ["ten"] }, { field: "gone", operator: "eq", values: ["1"] });
    expect(filtersOf(tree, fields)).toBeNull();
    expect(conditionCount(tree, fields)).toBe(0);
    expect(writeConditions(NO_CONDITIONS)).toBeNull();
  });

  it("are one question when there is one", () => {
    expect(filtersOf(all({ field: "shipped_date", operator: "has_value", values: [] }), fields)).toEqual({ shipped_date: { is_null: false } });
  });

  it("change at their place, and an empty group goes", () => {
    const inner: Group = { join: "or", negated: false, parts: [{ field: "number", operator: "eq", values: ["1"] }] };
    const tree = all({ field: "freight", operator: "ge", values: ["1"] }, inner);
    expect(withPart(tree, [1, 0], () => null)).toEqual(all({ field: "freight", operator: "ge", values: ["1"] }));
    expect(withPart(tree, [1, 0], () => ({ field: "number", operator: "ne", values: ["2"] })).parts[1]).toEqual({ ...inner, parts: [{ field: "number", operator: "ne", values: ["2"] }] });
  });

  it("survive a spoilt address", () => {
    for (const text of ["", "{", "[]", '["total","eq"]', '["and",["a","drop","1"],[1,2],"x",["not",["a","eq","1"]]]', `${"[\"and\",".repeat(40)}[]${"]".repeat(40)}`]) expect(readConditions(text).parts.flatMap((part) => ("parts" in part ? [] : [part]))).toEqual([]);
  });
});

describe("what may be asked", () => {
  it("reaches through references, and to what the server keeps", () => {
    expect(fields.map(({ path }) => path)).toEqual(["number", "customer_id", "status", "freight", "shipped_date", "created_at", "updated_at", "version", "id", "customer_id.name", "customer_id.email"]);
    expect(fields.find(({ path }) => path === "customer_id.email")).toMatchObject({ through: "Customer", type: "String" });
  });

  it("depends on the type of the field", () => {
    const typed = (type: object): ModelDocument => ({ ...orders, entities: [{ id: "e", name: "e", fields: [{ id: "f", name: "f", field_type: type as never }] }] });
    const asked = (type: object) => askedFields((typed(type).entities ?? [])[0] as Entity, typed(type))[0];
    const list = asked({ type: "Array", element_type: { type: "Integer" } });
    expect(list && operatorsOf(list)).toEqual(["contains", "eq", "ne", "is_null", "has_value"]);
    expect(list && filtersOf(all({ field: "f", operator: "eq", values: ["1", "2"] }), [list])).toEqual({ f: { eq: [1, 2] } });
    expect(list && filtersOf(all({ field: "f", operator: "contains", values: ["2"] }), [list])).toEqual({ f: { contains: 2 } });
    expect(arityOf("between", "Date")).toBe("two");
  });

  it("is said to the server in its own values", () => {
    expect(wireValue("2026-01-31 08:30:00", "DateTime")).toBe(new Date(2026, 0, 31, 8, 30).toISOString());
    expect(wireValue("08:30", "Time")).toBe("08:30:00");
    expect(wireValue("false", "Boolean")).toBe(false);
    expect(wireValue('{"a": 1}', "Json")).toEqual({ a: 1 });
    expect(wireValue("{", "Json")).toBeUndefined();
  });
});
