import { describe, expect, it } from "vitest";
import type { Field } from "../document/entity";
import { tidyEntity, tidyField, tidyType, typeLine, typeOf } from "./tidy";

const field: Field = { id: "f", name: "label", field_type: { type: "String", max_length: 20 } };

describe("tidying", () => {
  it("leaves out what says nothing and keeps false and zero as defaults", () => {
    expect(tidyField({ ...field, required: false, unique: true, default_value: "", validation: [], ui_config: { help_text: "" } })).toEqual({ ...field, unique: true });
    expect(tidyField({ ...field, default_value: false }).default_value).toBe(false);
    expect(tidyField({ ...field, default_value: 0 }).default_value).toBe(0);
    expect(tidyType({ type: "Integer", min: 0, max: null })).toEqual({ type: "Integer", min: 0 });
    expect(tidyEntity({ id: "e", name: "e", fields: [], ui_config: { list_view: { columns: [] } } })).toEqual({ id: "e", name: "e", fields: [] });
  });

  it("keeps what two types have in common", () => {
    expect(typeOf("Decimal", { type: "Integer", min: 1 })).toEqual({ type: "Decimal", min: 1 });
    expect(typeOf("Reference", { type: "String" }, "customer")).toEqual({ type: "Reference", entity: "customer" });
    expect(typeOf("Enum", { type: "Enum", values: ["a"] })).toEqual({ type: "Enum", values: ["a"] });
    expect(typeLine({ type: "Array", element_type: { type: "Date" } })).toBe("Date[]");
  });
});
