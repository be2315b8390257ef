/** Between a record's values and what the inputs hold: dates are local while typed, UTC on the wire. */
import dayjs from "dayjs";
import type { EntityRecord, FormDefinition, FormField, Json } from "@torque/protocol";
import { isFileValue } from "./files";
import type { FormValues } from "./Form.types";

/** What an input holds. Empty is "" for typed text, null for choices and dates. */
export type InputValue = Json;
export type InputValues = { [field: string]: InputValue };

const LOCAL_DATE_TIME = "YYYY-MM-DD HH:mm:ss";

export function toInput(field: FormField, value: Json | undefined): InputValue {
  const present = value ?? null;
  switch (field.field_type) {
    case "TextInput":
    case "TextArea":
    case "RichText":
      return present === null ? "" : String(present);
    case "NumberInput":
      return typeof present === "number" ? present : "";
    case "Checkbox":
      return present === true;
    case "Select":
    case "Radio":
      return typeof present === "string" ? present : null;
    case "MultiSelect":
      return Array.isArray(present) ? present : [];
    case "ReferenceSelect":
      if (field.multiple) return Array.isArray(present) ? present : [];
      return typeof present === "string" ? present : null;
    case "DatePicker":
      return typeof present === "string" && present !== "" ? present.slice(0, 10) : null;
    case "DateTimePicker":
      return typeof present === "string" && dayjs(present).isValid() ? dayjs(present).format(LOCAL_DATE_TIME) : null;
    case "TimePicker":
      return typeof present === "string" ? present.slice(0, 5) : "";
    case "JsonEditor":
      return present === null ? "" : JSON.stringify(present, null, 2);
    case "FileInput":
      if (field.multiple) return Array.isArray(present) ? present.filter(isFileValue) : [];
      return isFileValue(present) ? present : null;
    default:
      return field.field_type satisfies never;
  }
}

/** The wire's value of what an input holds; null for nothing. JSON that does not parse never gets here. */
export function fromInput(field: FormField, value: InputValue | undefined): Json {
  if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return null;
  switch (field.field_type) {
    case "DateTimePicker":
      return typeof value === "string" ? dayjs(value).toISOString() : null;
    case "TimePicker":
      return typeof value === "string" && value.length === 5 ? `${value}:00` : value;
    case "JsonEditor":
      return JSON.parse(String(value)) as Json;
    default:
      return value;
  }
}

/** A default of the model: `now()` and `today()` are the moment the form is opened. */
function defaultOf({ defaultValue, field_type: type }: FormField): Json | undefined {
  if (defaultValue === "now()") return type === "DatePicker" ? dayjs().format("YYYY-MM-DD") : new Date().toISOString();
  if (defaultValue === "today()") return dayjs().format("YYYY-MM-DD");
  // The server makes the value when the field arrives empty.
  if (defaultValue === "uuid()") return undefined;
  return defaultValue;
}

export function initialValues(definition: FormDefinition, record: EntityRecord | null | undefined): InputValues {
  return Object.fromEntries(definition.fields.map((field) => [field.name, toInput(field, record ? record[field.name] : defaultOf(field))]));
}

/** Whether two inputs hold the same. */
export const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/** Names of the fields whose input differs from where it began. */
export function changedFields(definition: FormDefinition, initial: InputValues, values: InputValues): string[] {
  return definition.fields.filter(({ name }) => !same(initial[name] ?? null, values[name] ?? null)).map(({ name }) => name);
}

/** What is sent: every filled field of a new record, the changed fields of an existing one. Hidden and read-only fields stay out. */
export function submitted(definition: FormDefinition, visible: ReadonlySet<string>, initial: InputValues, values: InputValues, isNew: boolean): FormValues {
  const changed = new Set(changedFields(definition, initial, values));
  const entries = definition.fields
    .filter(({ name, readOnly }) => visible.has(name) && !readOnly && (isNew || changed.has(name)))
    .map((field): [string, Json] => [field.name, fromInput(field, values[field.name])]);
  return Object.fromEntries(isNew ? entries.filter(([, value]) => value !== null) : entries);
}
