/** Conditions in the address: lists of lists, `["and", ["total", "ge", "100"], ["not", ["or", …]]]`; those words are no names of fields. */
import type { Group, Operator, Part } from "./conditions";

const OPERATORS: readonly Operator[] = ["eq", "ne", "lt", "le", "gt", "ge", "in", "nin", "between", "contains", "starts_with", "ends_with", "is_null", "has_value"];

/** Deeper than anybody builds; the server bounds what it is asked as well. */
const DEEPEST = 6;

type Written = string | Written[];

function written(part: Part): Written[] {
  if (!("parts" in part)) return [part.field, part.operator, ...part.values];
  const group = [part.join, ...part.parts.map(written)];
  return part.negated ? ["not", group] : group;
}

export const writeConditions = (group: Group): string | null => (group.parts.length === 0 ? null : JSON.stringify(written(group)));

function readPart(value: unknown, depth: number): Part | null {
  if (!Array.isArray(value) || depth > DEEPEST) return null;
  const [head, ...rest] = value as unknown[];
  if (head === "not") {
    const inner = readPart(rest[0], depth + 1);
    return inner && "parts" in inner ? { ...inner, negated: !inner.negated } : null;
  }
  if (head === "and" || head === "or") {
    const parts = rest.map((one) => readPart(one, depth + 1)).filter((part) => part !== null);
    return { join: head, negated: false, parts };
  }
  const [operator, ...values] = rest;
  const known = OPERATORS.find((name) => name === operator);
  if (typeof head !== "string" || !known || !values.every((one) => typeof one === "string")) return null;
  return { field: head, operator: known, values };
}

/** What an address says; nonsense says nothing. */
export function readConditions(text: string | null): Group {
  const nothing: Group = { join: "and", negated: false, parts: [] };
  if (text === null) return nothing;
  try {
    const part = readPart(JSON.parse(text), 0);
    return part && "parts" in part ? part : nothing;
  } catch {
    return nothing;
  }
}
