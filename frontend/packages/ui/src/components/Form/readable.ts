/** What an input holds, in words short enough for a button. */
import type { FormField } from "@torque/protocol";
import { shapeOfField } from "../../format/field";
import { formatValue } from "../../format/value";
import { fromInput, type InputValue } from "./convert";
import type { FormProps } from "./Form.types";

const LONGEST = 32;

/** The value as a reader would see it in a list, cut where it is long; `words.nothing` where there is none. */
export function readable(field: FormField, value: InputValue, locale: string, words: { yes: string; no: string; nothing: string }, titleOf: FormProps["titleOf"]): string {
  const wire = field.field_type === "JsonEditor" ? value : fromInput(field, value);
  const text = formatValue(wire, shapeOfField(field), locale, words, (id) => titleOf?.(field.entity ?? "", id));
  if (text === "") return words.nothing;
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
