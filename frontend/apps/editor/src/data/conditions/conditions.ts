/** Conditions on records as a tree that is edited part by part: what the address holds, and what the server is asked. */
import type { Filters, FilterValue, Json } from "@torque/protocol";
import type { Asked } from "./fields";

/** The operators of the query language; "has a value" is `is_null` turned round. */
export type Operator = "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "in" | "nin" | "between" | "contains" | "starts_with" | "ends_with" | "is_null" | "has_value";

export type Condition = { field: string; operator: Operator; values: readonly string[] };
export type Join = "and" | "or";
export type Group = { join: Join; negated: boolean; parts: readonly Part[] };
export type Part = Condition | Group;

/** A part is found by its place in each group on the way to it. */
export type Place = readonly number[];

export const NO_CONDITIONS: Group = { join: "and", negated: false, parts: [] };

const ORDERED: readonly Operator[] = ["ge", "le", "gt", "lt", "eq", "ne", "between", "in", "nin", "is_null", "has_value"];
const TEXT: readonly Operator[] = ["contains", "starts_with", "ends_with", "eq", "ne", "in", "nin", "ge", "le", "gt", "lt", "between", "is_null", "has_value"];
const CHOICE: readonly Operator[] = ["eq", "ne", "in", "nin", "is_null", "has_value"];
const OPERATORS: Record<Asked["type"], readonly Operator[]> = {
  String: TEXT,
  Enum: ["eq", "ne", "in", "nin", "contains", "starts_with", "ends_with", "ge", "le", "gt", "lt", "between", "is_null", "has_value"],
  Integer: ORDERED,
  Decimal: ORDERED,
  Float: ORDERED,
  Date: ["ge", "le", "between", "eq", "ne", "gt", "lt", "in", "nin", "is_null", "has_value"],
  DateTime: ["ge", "lt", "between", "le", "gt", "eq", "ne", "in", "nin", "is_null", "has_value"],
  Time: ["ge", "le", "between", "eq", "ne", "gt", "lt", "in", "nin", "is_null", "has_value"],
  Boolean: CHOICE,
  Reference: CHOICE,
  Array: ["contains", "eq", "ne", "is_null", "has_value"],
  Json: ["eq", "ne", "is_null", "has_value"],
  Binary: ["has_value", "is_null"],
  Id: ["eq", "ne", "in", "nin", "ge", "le", "gt", "lt"],
};

/** The questions a field may be asked, the usual ones first. */
export const operatorsOf = ({ type }: Asked): readonly Operator[] => OPERATORS[type];

export type Arity = "none" | "one" | "two" | "many";

/** How many values an operator takes; a whole list is compared with a list. */
export function arityOf(operator: Operator, type: Asked["type"]): Arity {
  if (operator === "is_null" || operator === "has_value") return "none";
  if (operator === "between") return "two";
  if (operator === "in" || operator === "nin") return "many";
  return type === "Array" && operator !== "contains" ? "many" : "one";
}

export const isGroup = (part: Part): part is Group => "parts" in part;

/** A first condition on a field, still without a value. */
export const firstCondition = (field: Asked): Condition => ({ field: field.path, operator: operatorsOf(field)[0] ?? "eq", values: [] });

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The wire's value of what an input holds; undefined when it holds none. */
export function wireValue(text: string, type: Asked["type"]): Json | undefined {
  if (text.trim() === "") return undefined;
  switch (type) {
    case "Integer":
    case "Decimal":
    case "Float":
      return Number.isFinite(Number(text)) ? Number(text) : undefined;
    case "Boolean":
      return text === "true";
    case "DateTime":
      // An input holds local time; the wire speaks of moments.
      return Number.isNaN(Date.parse(text.replace(" ", "T"))) ? undefined : new Date(text.replace(" ", "T")).toISOString();
    case "Time":
      return text.length === 5 ? `${text}:00` : text;
    case "Json":
      return parsed(text);
    default:
      return text;
  }
}

function operandOf({ operator, values }: Condition, field: Asked): FilterValue | undefined {
  const type = field.type === "Array" ? (field.element ?? "String") : field.type;
  const known = values.map((text) => wireValue(text, type)).filter((value) => value !== undefined);
  switch (arityOf(operator, field.type)) {
    case "none":
      return { is_null: operator === "is_null" };
    case "one":
      return known[0] === undefined ? undefined : { [operator]: known[0] };
    case "two":
      return known.length === 2 ? { between: known } : undefined;
    case "many":
      return known.length > 0 ? { [operator]: known } : undefined;
  }
}

function filtersOfPart(part: Part, fields: readonly Asked[]): Filters | null {
  if (isGroup(part)) return filtersOf(part, fields);
  const field = fields.find(({ path }) => path === part.field);
  const operand = field && operandOf(part, field);
  return operand === undefined ? null : { [part.field]: operand };
}

/** What the server is asked; null when nothing is. A condition without its value asks nothing yet. */
export function filtersOf({ join, negated, parts }: Group, fields: readonly Asked[]): Filters | null {
  const asked = parts.map((part) => filtersOfPart(part, fields)).filter((one) => one !== null);
  const [first] = asked;
  if (!first) return null;
  const joined: Filters = asked.length === 1 ? first : { [join]: asked };
  return negated ? { not: joined } : joined;
}

/** How many conditions ask something. */
export function conditionCount(group: Group, fields: readonly Asked[]): number {
  return group.parts.reduce((sum, part) => sum + (isGroup(part) ? conditionCount(part, fields) : Number(filtersOfPart(part, fields) !== null)), 0);
}

/** The tree with the part at a place changed; null takes it away, and a group that is left empty with it. */
export function withPart(group: Group, [index = 0, ...rest]: Place, change: (part: Part) => Part | null): Group {
  const parts = group.parts.flatMap((part, at): Part[] => {
    if (at !== index) return [part];
    if (rest.length === 0) return [change(part) ?? []].flat();
    if (!isGroup(part)) return [part];
    const next = withPart(part, rest, change);
    return next.parts.length > 0 ? [next] : [];
  });
  return { ...group, parts };
}
