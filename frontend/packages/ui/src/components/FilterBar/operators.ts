/** Which questions each type of field can be asked; the words are in the locale file under `operator`. */
import type { FieldTypeName } from "../../format/value";
import type { FilterField, GridFilter, Operator } from "./FilterBar.types";

const TEXT: Operator[] = ["contains", "starts_with", "eq", "ne"];
const NUMBER: Operator[] = ["ge", "le", "eq", "ne"];
const MOMENT: Operator[] = ["ge", "lt"];
const DAY: Operator[] = ["ge", "le", "eq"];
const CHOICE: Operator[] = ["eq", "ne"];

export function operatorsOf(type: FieldTypeName): Operator[] {
  switch (type) {
    case "String":
      return TEXT;
    case "Integer":
    case "Decimal":
    case "Float":
      return NUMBER;
    case "DateTime":
      return MOMENT;
    case "Date":
    case "Time":
      return DAY;
    case "Boolean":
      return ["eq"];
    case "Enum":
    case "Reference":
      return CHOICE;
    case "Json":
    case "Binary":
    case "Array":
      return [];
    default:
      return type satisfies never;
  }
}

/** The key of an operator's word: a date is asked "from", a number "at least". */
export function operatorWord(type: FieldTypeName, operator: Operator): string {
  const kind = type === "DateTime" || type === "Date" || type === "Time" ? "moment" : type === "String" || type === "Enum" || type === "Reference" || type === "Boolean" ? "text" : "number";
  return `operator.${kind}.${operator}`;
}

/** A first condition on a field, with a value to begin from where one is natural. */
export function firstFilter(field: FilterField): GridFilter {
  const operator = operatorsOf(field.type)[0] ?? "eq";
  const value = field.type === "Enum" ? (field.options?.[0]?.value ?? "") : field.type === "Boolean" ? "true" : "";
  return { field: field.name, operator, value };
}

export const canFilter = (field: FilterField): boolean => operatorsOf(field.type).length > 0 && field.type !== "Time";
