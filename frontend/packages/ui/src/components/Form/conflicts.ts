/** Two who edit the same record: what both changed, field by field. */
import type { FormDefinition } from "@torque/protocol";
import { changedFields, same, type InputValue, type InputValues } from "./convert";

/** What somebody else has set the fields to that were typed in here as well. */
export type Conflicts = ReadonlyMap<string, InputValue>;

/**
 * The fields that somebody else changed and that were changed here to something else.
 * @param before What was saved when this form last looked.
 * @param after What is saved now.
 * @param typed What the form holds.
 */
export function conflictsOf(definition: FormDefinition, before: InputValues, after: InputValues, typed: InputValues): Map<string, InputValue> {
  const mine = new Set(changedFields(definition, before, typed));
  const clashes = changedFields(definition, before, after).filter((name) => mine.has(name) && !same(after[name], typed[name]));
  return new Map(clashes.map((name): [string, InputValue] => [name, after[name] ?? null]));
}
