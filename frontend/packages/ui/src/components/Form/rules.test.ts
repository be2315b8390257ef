// @vitest-environment node
import type { FormDefinition } from "@torque/protocol";
import { createInstance } from "i18next";
import { describe, expect, it } from "vitest";
import { orderForm } from "../../fixtures/orders";
import en from "../../i18n/en.json";
import { holds, requiredFields, visibleFields } from "./conditions";
import { changedFields, fromInput, initialValues, submitted, toInput } from "./convert";
import { validate } from "./validate";

const texts = createInstance();
void texts.init({ lng: "en", resources: { en: { ui: en } }, defaultNS: "ui" });
const t = texts.getFixedT("en", "ui");

const field = (type: FormDefinition["fields"][number]["field_type"], more = {}) => ({ name: "f", field_type: type, label: "F", ...more });

describe("what inputs hold", () => {
  it.each([
    ["TextInput", "a", "a"],
    ["NumberInput", 3, 3],
    ["Checkbox", true, true],
    ["DatePicker", "1998-05-06", "1998-05-06"],
    ["TimePicker", "08:30:00", "08:30:00"],
    ["JsonEditor", { a: [1] }, { a: [1] }],
    ["MultiSelect", ["a"], ["a"]],
    ["Select", "open", "open"],
  ] as const)("%s gives back what it was given", (type, value, back) => {
    expect(fromInput(field(type), toInput(field(type), value as never))).toEqual(back);
  });

  it("a moment comes back as the same moment", () => {
    const moment = "2026-11-20T14:02:00.000Z";
    expect(fromInput(field("DateTimePicker"), toInput(field("DateTimePicker"), moment))).toBe(moment);
  });

  it("nothing is null on the wire", () => {
    expect(fromInput(field("TextInput"), "")).toBeNull();
    expect(fromInput(field("MultiSelect"), [])).toBeNull();
  });

  it("only what changed of a record is sent, and a cleared field as null", () => {
    const definition = { ...orderForm, fields: [field("TextInput", { name: "a" }), field("TextInput", { name: "b" })] } as FormDefinition;
    const start = initialValues(definition, { id: "1", a: "x", b: "y" });
    const now = { ...start, b: "" };
    expect(changedFields(definition, start, now)).toEqual(["b"]);
    expect(submitted(definition, new Set(["a", "b"]), start, now, false)).toEqual({ b: null });
    expect(submitted(definition, new Set(["a", "b"]), start, now, true)).toEqual({ a: "x" });
  });
});

describe("rules before sending", () => {
  const check = (more: object, value: unknown) => validate({ ...orderForm, validation: [], fields: [field("TextInput", more)] } as FormDefinition, { f: value as never }, new Set(["f"]), new Set((more as { required?: boolean }).required ? ["f"] : []), t).get("f");

  it.each([
    [{ required: true }, "  ", "Fill this in."],
    [{ validation: { maxLength: 3 } }, "long", "Use at most 3 characters."],
    [{ validation: { minLength: 3 } }, "no", "Use at least 3 characters."],
    [{ validation: { email: true } }, "not one", "Enter an e-mail address."],
    [{ validation: { pattern: "^[0-9]+$" } }, "12a", "This does not have the expected form."],
    [{ validation: { min: 1 } }, 0, "Enter 1 or more."],
    [{ validation: { max: 1 } }, 2, "Enter 1 or less."],
    [{ validation: { integer: true } }, 1.5, "Enter a whole number."],
    [{ field_type: "JsonEditor" }, "{", /not valid JSON/],
  ])("%j refuses %j", (more, value, message) => {
    expect(check(more, value)).toMatch(message);
  });

  it("a pattern that this engine cannot read is left to the server", () => {
    expect(check({ validation: { pattern: "(?<" } }, "a")).toBeUndefined();
  });

  it("the model's message wins over ours", () => {
    expect(validate(orderForm, {}, new Set(["customer"]), new Set(["customer"]), t).get("customer")).toBe("Choose who ordered.");
  });
});

describe("conditions", () => {
  it.each([
    ["status == 'on_hold'", { status: "on_hold" }, true],
    ["status === 'on_hold'", { status: "draft" }, false],
    ["record.total > 10 && paid", { total: 12, paid: true }, true],
    ["total > 10 && paid", { total: 12, paid: false }, false],
    ["!paid || total <= 3", { total: 12, paid: false }, true],
    ["note != null", { note: "" }, false],
    ["something(strange)", {}, true],
  ])("%s with %j is %s", (condition, values, result) => {
    expect(holds(condition, values)).toBe(result);
  });

  it("decide what is shown and what must be filled in", () => {
    expect(visibleFields(orderForm, { status: "draft" }).has("reason")).toBe(false);
    expect(visibleFields(orderForm, { status: "on_hold" }).has("reason")).toBe(true);
    expect(requiredFields({ ...orderForm, fields: [field("TextInput", { required_if: "paid" })] } as FormDefinition, { paid: true }).has("f")).toBe(true);
  });
});
