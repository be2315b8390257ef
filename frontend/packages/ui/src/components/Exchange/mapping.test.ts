// @vitest-environment node
import { describe, expect, it } from "vitest";
import { choicesOf, chosenTwice, upsertFields, withoutColumn } from "./mapping";

const field = (name: string, more = {}) => ({ name, label: name.toUpperCase(), type: "String", required: false, unique: false, keys: [], importable: true, ...more });
const fields = [field("email", { unique: true, required: true }), field("customer_id", { keys: ["email"], required: true }), field("created_at", { importable: false, required: true })];

describe("columns and fields", () => {
  it("offer a reference once for each way to name it, and nothing that only comes out", () => {
    expect(choicesOf(fields, (label, key) => `${label}/${key}`).map(({ value, label }) => [value, label])).toEqual([
      ["email", "EMAIL/"],
      ["customer_id", "CUSTOMER_ID/"],
      ["customer_id.email", "CUSTOMER_ID/email"],
    ]);
  });

  it("clash when two columns go into one field, by whichever key", () => {
    expect([...chosenTwice({ a: "customer_id", b: "customer_id.email", c: "email", d: "", e: "" })]).toEqual(["a", "b"]);
  });

  it("tell what every record needs and no column fills", () => {
    expect(withoutColumn(fields, { a: "customer_id.email" })).toEqual(["EMAIL"]);
  });

  it("find records by a unique field that a column fills", () => {
    expect(upsertFields(fields, { a: "email" }).map(({ name }) => name)).toEqual(["email"]);
    expect(upsertFields(fields, {})).toEqual([]);
  });
});
