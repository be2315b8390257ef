import type { FormField, HistoryEntry } from "@torque/protocol";
import { describe, expect, it } from "vitest";
import { historyItems, mentioned, type Reading } from "./history";

const fields = new Map<string, FormField>([
  ["label", { name: "label", field_type: "TextInput", label: "Task" }],
  ["status", { name: "status", field_type: "Select", label: "Status", options: [{ value: "open", label: "Open" }, { value: "closed", label: "Closed" }] }],
  ["customer_id", { name: "customer_id", field_type: "ReferenceSelect", label: "Customer", entity: "customer" }],
  ["done", { name: "done", field_type: "Checkbox", label: "Done" }],
]);
const what = { create: "Created", update: "Changed", delete: "Deleted", undelete: "Brought back", link: "Linked", read: "Read" };
const reading: Reading = { fields, locale: "en-GB", words: { yes: "Yes", no: "No", somebody: "Somebody", what }, titleOf: (entity, id) => (id === "c1" ? `${entity} one` : undefined) };
const entry = (given: Partial<HistoryEntry>): HistoryEntry => ({ at: "2026-11-20T09:15:00.000000Z", action: "update", actor: "Ada", protocol: "jsonrpc", old: {}, new: {}, ...given });

describe("the history of a record", () => {
  it("names fields and values as the form does, in the order of the form", () => {
    const [item] = historyItems([entry({ old: { done: false, status: "open", customer_id: "c1" }, new: { done: true, status: "closed", customer_id: null } })], reading);
    expect(item?.changes.map(({ label, before, after }) => [label, before, after])).toEqual([
      ["Status", "Open", "Closed"],
      ["Customer", "customer one", ""],
      ["Done", "No", "Yes"],
    ]);
  });

  it("shows a field that no form has by its name, and long texts by their beginning", () => {
    const [item] = historyItems([entry({ old: null, new: { note: "x".repeat(500) }, action: "create" })], reading);
    expect(item?.changes).toEqual([{ name: "note", label: "note", before: "", after: `${"x".repeat(200)}…` }]);
  });

  it("says which entry is how things stand, passing over who only read", () => {
    const items = historyItems([entry({ action: "read" }), entry({}), entry({ action: "delete" }), entry({ action: "create" })], reading);
    expect(items.map(({ state }) => state)).toEqual([null, "now", null, "then"]);
  });

  it("offers no state behind a change whose values are not known", () => {
    const items = historyItems([entry({}), entry({ old: null, new: null }), entry({ action: "create", old: null })], reading);
    expect(items.map(({ state }) => state)).toEqual(["now", "then", null]);
  });

  it("asks for the titles of the records it speaks of, each once", () => {
    const found = mentioned([entry({ old: { customer_id: "c1" }, new: { customer_id: "c2" } }), entry({ old: { customer_id: null }, new: { customer_id: "c1", label: "c3" } })], fields);
    expect([...found].map(([entity, ids]) => [entity, [...ids]])).toEqual([["customer", ["c1", "c2"]]]);
  });
});
