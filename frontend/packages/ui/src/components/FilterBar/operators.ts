/** Which questions each type of field can be asked; the words are in the locale file under `operator`. */
import type { FieldTypeName } from "../../format/value";
import type { FilterField, GridFilter, Operator } from "./FilterBar.types";

const PRESENCE: Operator[] = ["is_null", "has_value"];
const TEXT: Operator[] = ["contains", "starts_with", "ends_with", "eq", "ne", "in", "nin", ...PRESENCE];
const NUMBER: Operator[] = ["ge", "gt", "le", "lt", "between", "eq", "ne", "in", "nin", ...PRESENCE];
const MOMENT: Operator[] = ["ge", "gt", "le", "lt", "between", "eq", "ne", ...PRESENCE];
const DAY: Operator[] = ["ge", "gt", "le", "lt", "between", "eq", "ne", "in", "nin", ...PRESENCE];
const CHOICE: Operator[] = ["eq", "ne", "in", "nin", ...PRESENCE];

/** The questions a field may be asked, the usual ones first. */
export function operatorsOf({ type, options }: Pick<FilterField, "type" | "options">): Operator[] {
  switch (type) {
    case "String":
      return TEXT;
    case "Integer":
    case "Decimal":
    case "Float":
      return NUMBER;
    case "DateTime":
    case "Time":
      return MOMENT;
    case "Date":
      return DAY;
    case "Boolean":
      return ["eq", ...PRESENCE];
    case "Enum":
    case "Reference":
      return CHOICE;
    case "Array":
      return options?.length ? ["contains", ...PRESENCE] : PRESENCE;
    case "Json":
    case "Binary":
      return PRESENCE;
    default:
      return type satisfies never;
  }
}

export type Arity = "none" | "one" | "two" | "many";

/** How many values an operator takes. */
export function arityOf(operator: Operator): Arity {
  if (operator === "is_null" || operator === "has_value") return "none";
  if (operator === "between") return "two";
  return operator === "in" || operator === "nin" ? "many" : "one";
}

/** The key of an operator's word: a date is asked "from", a number "at least". */
export function operatorWord(type: FieldTypeName, operator: Operator): string {
  const arity = arityOf(operator);
  if (arity === "none" || arity === "many") return `operator.any.${operator}`;
  switch (type) {
    case "DateTime":
    case "Date":
    case "Time":
      return `operator.moment.${operator}`;
    case "Integer":
    case "Decimal":
    case "Float":
      return `operator.number.${operator}`;
    default:
      return `operator.text.${operator}`;
  }
}

const SEPARATOR = "~";

/** The values a condition holds; of two the first or the second may be "" while only the other is known. */
export function valuesOf({ operator, value }: Pick<GridFilter, "operator" | "value">): string[] {
  const arity = arityOf(operator);
  if (arity === "none" || value === "") return [];
  if (arity === "one") return [value];
  const values = value.split(SEPARATOR).map((one) => one.replaceAll("%7E", SEPARATOR).replaceAll("%25", "%"));
  return arity === "two" ? [values[0] ?? "", values[1] ?? ""] : values.filter(Boolean);
}

/** Values as the one string that a condition holds. */
export function valueOf(operator: Operator, values: readonly string[]): string {
  const arity = arityOf(operator);
  if (arity === "none" || !values.some(Boolean)) return "";
  if (arity === "one") return values.find(Boolean) ?? "";
  const written = values.map((one) => one.replaceAll("%", "%25").replaceAll(SEPARATOR, "%7E"));
  return (arity === "two" ? [written[0] ?? "", written[1] ?? ""] : written.filter(Boolean)).join(SEPARATOR);
}

/** The same field asked otherwise; what was entered stays where the other operator has a place for it. */
export const withOperator = (filter: GridFilter, operator: Operator): GridFilter => ({ ...filter, operator, value: valueOf(operator, valuesOf(filter)) });

/** Whether a condition narrows anything yet: one that needs a value has one. */
export const asksSomething = (filter: Pick<GridFilter, "operator" | "value">): boolean => arityOf(filter.operator) === "none" || valuesOf(filter).some(Boolean);

/** A first condition on a field, with a value to begin from where one is natural. */
export function firstFilter(field: FilterField): GridFilter {
  const operator = operatorsOf(field)[0] ?? "eq";
  const value = field.type === "Enum" || field.type === "Array" ? (field.options?.[0]?.value ?? "") : field.type === "Boolean" ? "true" : "";
  return { field: field.name, operator, value };
}
