// @vitest-environment node
import type { EntityRecord, FormDefinition, FormField, Json } from "@torque/protocol";
import { createInstance } from "i18next";
import { describe, expect, it } from "vitest";
import { orderForm } from "../../fixtures/orders";
import en from "../../i18n/en.json";
import { requiredFields, scopeOf, visibleFields } from "./conditions";
import { conflictsOf } from "./conflicts";
import { changedFields, fromInput, initialValues, submitted, toInput, type InputValues } from "./convert";
import { readable } from "./readable";
import { stepAt, stepsOf, stepWith, type Step } from "./steps";
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
  const check = (more: object, value: unknown) => validate({ ...orderForm, validation: [], fields: [field("TextInput", more)] } as FormDefinition, { f: value as never }, new Set(["f"]), new Set((more as { required?: boolean }).required ? ["f"] : []), "en-GB", t).get("f");

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

  it.each([
    [{ validation: { maxLength: 3 } }, "🙂🙂🙂"],
    [{ validation: { url: true } }, "HTTPS://example.com"],
  ])("%j takes %j, as the server does", (more, value) => {
    expect(check(more, value)).toBeUndefined();
  });

  it("counts characters, as the server does", () => {
    expect(check({ validation: { minLength: 3 } }, "🙂🙂")).toBe("Use at least 3 characters.");
  });

  const season = { min: "2026-03-01", max: "2026-10-31" };
  const hours = { min: "08:00:00", max: "17:30:00" };
  const sale = { min: "2026-01-01T02:00:00+02:00", max: "2026-06-30 18:59:59.5-05:00" };

  it.each([
    ["DatePicker", season, "2026-02-28", "Enter 1 Mar 2026 or later."],
    ["DatePicker", season, "2026-03-01", undefined],
    ["DatePicker", season, "2026-10-31", undefined],
    ["DatePicker", season, "2026-11-01", "Enter 31 Oct 2026 or earlier."],
    ["TimePicker", hours, "07:59", "Enter 08:00 or later."],
    ["TimePicker", hours, "08:00", undefined],
    ["TimePicker", hours, "17:30:00", undefined],
    ["TimePicker", hours, "17:31", "Enter 17:30 or earlier."],
    ["DateTimePicker", sale, "2025-12-31T23:59:59Z", /^Enter .* or later\.$/],
    ["DateTimePicker", sale, "2026-01-01T00:00:00Z", undefined],
    ["DateTimePicker", sale, "2026-06-30T23:59:59Z", undefined],
    ["DateTimePicker", sale, "2026-07-01T00:00:00Z", /^Enter .* or earlier\.$/],
    // What an input leaves out of a stored value is not held against it.
    ["TimePicker", { min: "08:00:30" }, "08:00:45", undefined],
    ["TimePicker", { min: "08:00:30" }, "07:59:59", "Enter 08:00:30 or later."],
    ["DateTimePicker", { min: "2026-01-01T00:00:00.5Z" }, "2026-01-01T00:00:00.700000Z", undefined],
  ] as const)("a %s within %j is asked of %s", (type, validation, wire, message) => {
    const told = check({ field_type: type, validation }, toInput(field(type), wire));
    if (message === undefined) expect(told).toBeUndefined();
    else expect(told).toMatch(message);
  });

  it.each([
    ["DatePicker", "soon", "2026-01-01"],
    ["TimePicker", "8 o'clock", "23:00"],
    ["DateTimePicker", "2026-01-01T00:00:00", "2027-01-01 00:00:00"],
    ["NumberInput", "1", 2],
  ] as const)("a %s has no such bound as %s, which the server leaves out too", (type, bound, value) => {
    expect(check({ field_type: type, validation: { min: bound, max: bound } }, value)).toBeUndefined();
  });

  it("a pattern that this engine cannot read is left to the server", () => {
    expect(check({ validation: { pattern: "(?<" } }, "a")).toBeUndefined();
  });

  it("the model's message wins over ours", () => {
    expect(validate(orderForm, {}, new Set(["customer"]), new Set(["customer"]), "en-GB", t).get("customer")).toBe("Choose who ordered.");
  });
});

describe("conditions", () => {
  const shown = (condition: string, values: Record<string, unknown>, record?: EntityRecord) => {
    const fields = [field("TextInput", { name: "reason", show_if: condition }), ...Object.keys(values).map((name) => field("Select", { name }))];
    const definition = { ...orderForm, fields } as FormDefinition;
    return visibleFields(definition, scopeOf(definition, values as InputValues, record)).has("reason");
  };
  const record: EntityRecord = { id: "1", total: 12, status: "shipped" };

  it("speak of what the form holds now, by plain names and as the record", () => {
    expect(shown("status == 'on_hold' && record.status == values.status", { status: "on_hold" })).toBe(true);
    expect(shown("status == 'on_hold'", { status: "draft" })).toBe(false);
  });

  it("speak of the record where the form has no such field", () => {
    expect(shown("total > 10 && status == 'draft'", { status: "draft" }, record)).toBe(true);
    expect(shown("total > 20", {}, record)).toBe(false);
  });

  it("that cannot be decided here show their field and demand nothing", () => {
    expect(shown("something(strange)", {})).toBe(true);
    const definition = { ...orderForm, fields: [field("TextInput", { required_if: "something(strange)" })] } as FormDefinition;
    expect(requiredFields(definition, {}).has("f")).toBe(false);
  });

  it("decide what must be filled in", () => {
    const definition = { ...orderForm, fields: [field("TextInput", { required_if: "paid" }), field("Checkbox", { name: "paid" })] } as FormDefinition;
    expect(requiredFields(definition, scopeOf(definition, { paid: true })).has("f")).toBe(true);
    expect(requiredFields(definition, scopeOf(definition, { paid: false })).has("f")).toBe(false);
  });
});

describe("steps", () => {
  const definition = {
    ...orderForm,
    fields: ["a", "b", "c", "d"].map((name) => field("TextInput", { name })),
    steps: [{ title: "One", fields: ["a"] }, { title: "Two", fields: ["b", "gone"] }, { title: "Three", fields: ["c"] }],
  } as FormDefinition;
  const titles = (steps: Step[]) => steps.map(({ title, fields }) => [title, ...fields.map(({ name }) => name)]);

  it("hold their fields in order, and the last one those that no step names", () => {
    expect(titles(stepsOf(definition, new Set(["a", "b", "c", "d"])))).toEqual([["One", "a"], ["Two", "b"], ["Three", "c", "d"]]);
  });

  it("without a visible field are left out, and the one before takes their place", () => {
    const steps = stepsOf(definition, new Set(["a", "c", "d"]));
    expect(titles(steps)).toEqual([["One", "a"], ["Three", "c", "d"]]);
    expect(stepAt(steps, 1)?.title).toBe("One");
    expect(stepWith(steps, "d")?.title).toBe("Three");
  });

  it("are none in a plain form", () => {
    expect(stepsOf(orderForm, new Set(["customer"]))).toEqual([]);
  });
});

describe("two who edit the same record", () => {
  const definition = { ...orderForm, fields: ["a", "b", "c"].map((name) => field("TextInput", { name })) } as FormDefinition;

  it("clash only where both changed a field to something different", () => {
    const before = { a: "1", b: "1", c: "1" };
    expect([...conflictsOf(definition, before, { a: "2", b: "2", c: "2" }, { a: "3", b: "1", c: "2" })]).toEqual([["a", "2"]]);
  });

  it("are told files by their names, choices by their labels and amounts with their decimals", () => {
    const words = { yes: "Yes", no: "No", nothing: "nothing" };
    const told = (given: Partial<FormField>, value: Json) => readable({ name: "a", label: "A", field_type: "TextInput", ...given }, value, "en-GB", words, undefined);
    const file = { id: "1", name: "plan.pdf", type: "application/pdf", size: 9 };
    expect(told({ field_type: "FileInput" }, file)).toBe("plan.pdf");
    expect(told({ field_type: "FileInput", multiple: true }, [file, { ...file, name: "map.png" }])).toBe("plan.pdf, map.png");
    expect(told({ field_type: "MultiSelect", options: [{ value: "a", label: "Alpha" }] }, ["a"])).toBe("Alpha");
    expect(told({ field_type: "NumberInput", validation: { scale: 2 } }, 1234.5)).toBe("1,234.50");
    expect(told({ field_type: "JsonEditor" }, '{"a": 1}')).toBe('{"a": 1}');
  });
});
