/** Which fields of a form are shown and which must be filled in, by what the form contains now. */
import type { EntityRecord, FormDefinition } from "@torque/protocol";
import { holds, type Scope } from "../../expression/decide";
import { fromInput, type InputValues } from "./convert";

/** What conditions speak of: the record as it would be saved now, by plain names and as `record`. */
export function scopeOf(definition: FormDefinition, values: InputValues, record?: EntityRecord | null): Scope {
  const typed = definition.fields.filter(({ name }) => name in values).map((field) => [field.name, wireValue(field, values)]);
  const whole: Scope = { ...record, ...Object.fromEntries(typed) };
  return { ...whole, record: whole, values: whole, input: whole };
}

function wireValue(field: FormDefinition["fields"][number], values: InputValues): unknown {
  try {
    return fromInput(field, values[field.name]);
  } catch {
    // Half-typed JSON has no value yet.
    return null;
  }
}

/** Fields whose condition holds; one that cannot be decided here leaves its field in place. */
export function visibleFields(definition: FormDefinition, scope: Scope): Set<string> {
  return new Set(definition.fields.filter(({ show_if: condition }) => holds(condition, scope, true)).map(({ name }) => name));
}

/** Fields that must be filled in; a condition that cannot be decided here is left to the server. */
export function requiredFields(definition: FormDefinition, scope: Scope): Set<string> {
  return new Set(definition.fields.filter(({ required, required_if: condition }) => required || (condition && holds(condition, scope, false))).map(({ name }) => name));
}
