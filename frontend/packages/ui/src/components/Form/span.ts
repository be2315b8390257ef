/** The first and the last day, time or moment that a form takes, compared as the server does. */
import type { FieldValidation, FormField } from "@torque/protocol";
import { formatDate, formatDateTime } from "../../format/value";
import { fromInput, type InputValue } from "./convert";

const ZONED = /(Z|[+-]\d\d:\d\d)$/;

type Scale = {
  /** Milliseconds that order the texts of the wire; NaN for a text that is none, which is before and after nothing. */
  instant: (wire: string) => number;
  /** Milliseconds that the input leaves out of a stored value, and are not held against one. */
  grain: number;
  words: (wire: string, locale: string) => string;
};

const SCALES: Partial<Record<FormField["field_type"], Scale>> = {
  DatePicker: { instant: (wire) => Date.parse(`${wire}T00:00:00Z`), grain: 1, words: formatDate },
  TimePicker: { instant: (wire) => Date.parse(`1970-01-01T${wire}Z`), grain: 60_000, words: (wire) => wire.replace(/:00$/, "") },
  DateTimePicker: { instant: (wire) => momentOf(wire.toUpperCase().replace(" ", "T")), grain: 1000, words: formatDateTime },
};

/** Without an offset a text is no moment. */
const momentOf = (text: string): number => (ZONED.test(text) ? Date.parse(text) : Number.NaN);

/** Which end of its range a value lies beyond, and that end in words; null for one within, or for what is no time. */
export function beyond(field: FormField, rules: FieldValidation, value: InputValue, locale: string): { end: "min" | "max"; bound: string } | null {
  const scale = SCALES[field.field_type];
  const wire = scale && fromInput(field, value);
  if (!scale || typeof wire !== "string") return null;
  const grains = (text: string): number => Math.floor(scale.instant(text) / scale.grain);
  if (typeof rules.min === "string" && grains(wire) < grains(rules.min)) return { end: "min", bound: scale.words(rules.min, locale) };
  if (typeof rules.max === "string" && scale.instant(wire) > scale.instant(rules.max)) return { end: "max", bound: scale.words(rules.max, locale) };
  return null;
}
