/** Columns of a file and fields of an entity: what may be chosen, what is chosen twice, and what is missing. */
import type { FileField } from "@torque/protocol";

export type Chosen = Readonly<Record<string, string>>;

/** `customer_id.email` is the field `customer_id`. */
const fieldOf = (target: string): string => target.split(".")[0] ?? target;

/** What a column may go into; a field that names other records once for each way to name them. */
export function choicesOf(fields: readonly FileField[], word: (field: string, key: string) => string): { value: string; label: string }[] {
  return fields
    .filter(({ importable }) => importable)
    .flatMap(({ name, label, keys }) => [{ value: name, label: word(label, "") }, ...keys.map((key) => ({ value: `${name}.${key}`, label: word(label, key) }))]);
}

/** Columns whose field another column fills as well. */
export function chosenTwice(chosen: Chosen): Set<string> {
  const columns = Object.entries(chosen).filter(([, field]) => field !== "");
  return new Set(columns.filter(([column, field]) => columns.some(([other, same]) => other !== column && fieldOf(same) === fieldOf(field))).map(([column]) => column));
}

/** Labels of fields that every record needs and no column fills. */
export function withoutColumn(fields: readonly FileField[], chosen: Chosen): string[] {
  const filled = new Set(Object.values(chosen).map(fieldOf));
  return fields.filter(({ name, required, importable }) => required && importable && !filled.has(name)).map(({ label }) => label);
}

/** Unique fields that a column fills: records can be found by them. */
export function upsertFields(fields: readonly FileField[], chosen: Chosen): FileField[] {
  const filled = new Set(Object.values(chosen));
  return fields.filter(({ name, unique }) => unique && filled.has(name));
}
