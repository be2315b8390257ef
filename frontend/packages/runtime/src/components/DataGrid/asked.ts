/** From a condition of the filter bar to the filter of the wire: each value in the type of its field, days in the reader's zone. */
import type { Filters, FilterValue, Json } from "@torque/protocol";
import { arityOf, valuesOf, type FieldTypeName, type GridFilter, type Operator } from "@torque/ui";

const startOfDay = (day: string, plusDays = 0): string => {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + plusDays).toISOString();
};

const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d(:\d\d)?$/;

/** The wire's value of a text; undefined for what is none of its type, which asks nothing: an address may hold anything. */
function wireValue(text: string, type: FieldTypeName): Json | undefined {
  switch (type) {
    case "Integer":
      return Number.isInteger(Number(text)) ? Number(text) : undefined;
    case "Decimal":
    case "Float":
      return Number.isFinite(Number(text)) ? Number(text) : undefined;
    case "Boolean":
      return text === "true";
    case "Date":
    case "DateTime":
      return DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;
    case "Time":
      if (!TIME.test(text)) return undefined;
      return text.length === 5 ? `${text}:00` : text;
    default:
      return text;
  }
}

type Days = { from?: string; to?: string };

/** Whole days of moments: up to and with the last one is before the day that follows it. */
const within = ({ from, to }: Days): FilterValue => ({ ...(from ? { ge: startOfDay(from) } : {}), ...(to ? { lt: startOfDay(to, 1) } : {}) });

function momentFilter(field: string, operator: Operator, from: string | undefined, to: string | undefined): Filters | null {
  const day = from ?? to;
  if (!day) return null;
  switch (operator) {
    case "gt":
      return { [field]: { ge: startOfDay(day, 1) } };
    case "le":
      return { [field]: within({ to: day }) };
    case "eq":
      return { [field]: within({ from: day, to: day }) };
    case "ne":
      return { not: { [field]: within({ from: day, to: day }) } };
    case "between":
      return { [field]: within({ from, to }) };
    default:
      return { [field]: { [operator]: startOfDay(day) } };
  }
}

/** What a condition asks of the server; null while it asks nothing. */
export function filterOf({ field, operator, value }: GridFilter, type: FieldTypeName): Filters | null {
  const arity = arityOf(operator);
  if (arity === "none") return { [field]: { is_null: operator === "is_null" } };
  const values = valuesOf({ operator, value }).map((text) => (text === "" ? undefined : wireValue(text, type)));
  const [from, to] = values;
  if (type === "DateTime") return momentFilter(field, operator, from as string | undefined, to as string | undefined);
  if (arity === "many") {
    const named = values.filter((one) => one !== undefined);
    return named.length > 0 ? { [field]: { [operator]: named } } : null;
  }
  if (arity === "one") return from === undefined ? null : { [field]: { [operator]: from } };
  if (from === undefined && to === undefined) return null;
  return { [field]: { ...(from === undefined ? {} : { ge: from }), ...(to === undefined ? {} : { le: to }) } };
}
