/** Fills in any form the way a person would: by what its definition says each input is. */
import { expect, type Locator, type Page } from "@playwright/test";

type Field = {
  name: string;
  field_type: string;
  label: string;
  required?: boolean;
  readOnly?: boolean;
  multiple?: boolean;
  validation?: { maxLength?: number; email?: boolean; url?: boolean; min?: number; integer?: boolean };
};
export type Definition = { id: string; entity_type: string; fields: Field[] };

function textFor({ validation = {} }: Field, words: string): string {
  if (validation.email) return "made.here@example.org";
  if (validation.url) return "https://example.org/made";
  return words.slice(0, validation.maxLength ?? words.length);
}

const inputOf = (form: Locator, { name }: Field): Locator => form.locator(`[id$="-${name}"]`);

/** The first of what may be chosen. */
async function choose(page: Page, input: Locator): Promise<void> {
  await input.click();
  await page.getByRole("option").first().click();
  await input.press("Tab");
}

async function chooseMoment(page: Page, input: Locator): Promise<void> {
  await input.click();
  const calendar = page.locator("[data-dates-dropdown]").filter({ visible: true });
  await calendar.getByRole("table").getByRole("button", { name: /^15 / }).click();
  await calendar.getByRole("button", { name: "Save" }).click();
}

async function fill(page: Page, form: Locator, field: Field, words: string): Promise<void> {
  const input = inputOf(form, field);
  switch (field.field_type) {
    case "TextInput":
    case "TextArea":
    case "RichText":
      return input.fill(textFor(field, words));
    case "NumberInput":
      return input.fill(String(Math.max(4, field.validation?.min ?? 4)));
    case "JsonEditor":
      return input.fill("{}");
    case "Checkbox":
      return input.check();
    case "DatePicker":
      await input.fill("15 Jan 2026");
      return input.press("Tab");
    case "DateTimePicker":
      return chooseMoment(page, input);
    case "TimePicker":
      return input.fill("08:30");
    case "Select":
    case "MultiSelect":
    case "ReferenceSelect":
      return choose(page, input);
    default:
      expect(field.required, `${field.label} is a ${field.field_type}, which a test cannot fill in`).toBeFalsy();
  }
}

/** Fills in everything that may be filled in and is on screen. */
export async function fillAll(page: Page, form: Locator, { fields }: Definition, words: string): Promise<void> {
  for (const field of fields) {
    if (!field.readOnly && (await inputOf(form, field).count()) > 0) await fill(page, form, field, words);
  }
}

/** The first field of plain words, by which a change is told. */
export const wordsOf = ({ fields }: Definition): Field | undefined =>
  fields.find(({ field_type: type, validation, readOnly }) => (type === "TextInput" || type === "TextArea") && !readOnly && !validation?.email && !validation?.url);
