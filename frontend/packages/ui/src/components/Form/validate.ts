/** The rules of a form, told before the server has to: the same ones it will apply. */
import type { FieldValidation, FormDefinition, FormField } from "@torque/protocol";
import type { TFunction } from "i18next";
import type { InputValue, InputValues } from "./convert";
import { beyond } from "./span";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const URL_START = /^https?:\/\/\S+$/i;

/** Which rule of the model a check stands for; its message wins over ours. */
const RULE_NAMES: Record<string, string> = {
  required: "Required",
  minLength: "MinLength",
  maxLength: "MaxLength",
  pattern: "Pattern",
  email: "Email",
  url: "Url",
  min: "Range",
  max: "Range",
};

type Broken = { check: string; text: string };

const isEmpty = (value: InputValue | undefined): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0);

/** Characters as the server counts them: an emoji is one, not two. */
const lengthOf = (text: string): number => Array.from(text).length;

function brokenText(rules: FieldValidation, value: string, t: TFunction<"ui">): Broken | null {
  if (rules.maxLength !== undefined && lengthOf(value) > rules.maxLength) return { check: "maxLength", text: t("form.tooLong", { count: rules.maxLength }) };
  if (rules.minLength !== undefined && lengthOf(value) < rules.minLength) return { check: "minLength", text: t("form.tooShort", { count: rules.minLength }) };
  if (rules.email && !EMAIL.test(value)) return { check: "email", text: t("form.email") };
  if (rules.url && !URL_START.test(value)) return { check: "url", text: t("form.url") };
  if (rules.pattern !== undefined && !matches(rules.pattern, value)) return { check: "pattern", text: t("form.pattern") };
  return null;
}

function brokenNumber(rules: FieldValidation, value: number, t: TFunction<"ui">): Broken | null {
  if (rules.integer && !Number.isInteger(value)) return { check: "integer", text: t("form.whole") };
  if (typeof rules.min === "number" && value < rules.min) return { check: "min", text: t("form.tooSmall", { value: rules.min }) };
  if (typeof rules.max === "number" && value > rules.max) return { check: "max", text: t("form.tooLarge", { value: rules.max }) };
  return null;
}

function brokenTime(field: FormField, value: string, locale: string, t: TFunction<"ui">): Broken | null {
  const found = beyond(field, field.validation ?? {}, value, locale);
  return found && { check: found.end, text: t(found.end === "min" ? "form.tooEarly" : "form.tooLate", { value: found.bound }) };
}

/** A pattern this engine cannot read is left to the server. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function brokenJson(value: string, t: TFunction<"ui">): Broken | null {
  try {
    JSON.parse(value);
    return null;
  } catch (error) {
    return { check: "json", text: t("form.json", { problem: error instanceof Error ? error.message : "" }) };
  }
}

function broken(field: FormField, value: InputValue | undefined, required: boolean, locale: string, t: TFunction<"ui">): Broken | null {
  const rules = field.validation ?? {};
  if (isEmpty(value)) return required && field.field_type !== "Checkbox" ? { check: "required", text: t("form.required") } : null;
  if (field.field_type === "JsonEditor") return brokenJson(String(value), t);
  if (typeof value === "number") return brokenNumber(rules, value, t);
  return typeof value === "string" ? (brokenText(rules, value, t) ?? brokenTime(field, value, locale, t)) : null;
}

/** The message of every visible field that does not hold, by name. */
export function validate(definition: FormDefinition, values: InputValues, visible: ReadonlySet<string>, required: ReadonlySet<string>, locale: string, t: TFunction<"ui">): Map<string, string> {
  const errors = new Map<string, string>();
  for (const field of definition.fields) {
    if (!visible.has(field.name) || field.readOnly) continue;
    const found = broken(field, values[field.name], required.has(field.name), locale, t);
    if (!found) continue;
    const own = definition.validation?.find((rule) => rule.field === field.name && rule.rule_type === RULE_NAMES[found.check]);
    errors.set(field.name, own?.message ?? found.text);
  }
  return errors;
}
