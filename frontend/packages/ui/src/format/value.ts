/** How a value of a record reads: dates in the reader's zone, numbers in the reader's language. */
import type { EnumValue, Json } from "@torque/protocol";
import { sizeText } from "./size";

export type FieldTypeName =
  | "String"
  | "Integer"
  | "Decimal"
  | "Float"
  | "Boolean"
  | "DateTime"
  | "Date"
  | "Time"
  | "Json"
  | "Binary"
  | "Enum"
  | "Reference"
  | "Array";

export const isNumeric = (type: FieldTypeName): boolean => type === "Integer" || type === "Decimal" || type === "Float";

const formats = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

/** Making a format costs far more than using it: each is made once for a locale. */
function cached<F extends Intl.DateTimeFormat | Intl.NumberFormat>(key: string, make: () => F): F {
  const known = formats.get(key);
  if (known) return known as F;
  const made = make();
  formats.set(key, made);
  return made;
}

const day = (locale: string): Intl.DateTimeFormat =>
  cached(`day ${locale}`, () => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" }));
const dayOfDate = (locale: string): Intl.DateTimeFormat =>
  cached(`date ${locale}`, () => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }));
const clock = (locale: string): Intl.DateTimeFormat =>
  cached(`clock ${locale}`, () => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
const exact = (locale: string): Intl.DateTimeFormat =>
  cached(`exact ${locale}`, () => new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" }));

export function formatNumber(value: number, locale: string, scale?: number): string {
  const digits = scale ?? 0;
  return cached(`number ${locale} ${scale ?? "-"}`, () =>
    scale === undefined
      ? new Intl.NumberFormat(locale, { maximumFractionDigits: 6 })
      : new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  ).format(value);
}

export function formatDateTime(value: string, locale: string): string {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? value : `${day(locale).format(date)}, ${clock(locale).format(date)}`;
}

/** The reader's day of a moment. */
export function formatDay(value: string, locale: string): string {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? value : day(locale).format(date);
}

/** The whole of a moment, zone included: the tooltip of a date. */
export function formatExact(value: string, locale: string): string {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? value : exact(locale).format(date);
}

/** A calendar day has no zone: it reads the same everywhere. */
export function formatDate(value: string, locale: string): string {
  const date = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? value : dayOfDate(locale).format(date);
}

export type ValueShape = {
  type: FieldTypeName;
  options?: readonly EnumValue[] | null;
  /** Decimals of an amount. Default: 2 for Decimal. */
  scale?: number;
  /** How it is written where its type has several ways; one that is not known changes nothing. */
  format?: string | null;
};

const percent = (locale: string): Intl.NumberFormat => cached(`percent ${locale}`, () => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 }));

/** A number as a column wants it written; undefined where it wants nothing that is known. */
function formatted(value: number, { format, scale }: ValueShape, locale: string): string | undefined {
  switch (format) {
    case "plain":
      return scale === undefined ? String(value) : value.toFixed(scale);
    case "percent":
      return percent(locale).format(value);
    case "bytes":
      return sizeText(value, locale);
    default:
      return undefined;
  }
}

/** The text of a value; "" when there is none. `titleOf` gives the title of a record that is referred to. */
export function formatValue(value: Json | undefined, shape: ValueShape, locale: string, words: { yes: string; no: string }, titleOf?: (id: string) => string | undefined): string {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return value.map((item) => formatValue(item, { ...shape, type: shape.options ? "Enum" : shape.type === "Array" ? "String" : shape.type }, locale, words, titleOf)).join(", ");
  switch (shape.type) {
    case "Integer":
    case "Float":
      return typeof value === "number" ? (formatted(value, shape, locale) ?? formatNumber(value, locale, shape.scale)) : plain(value);
    case "Decimal":
      return typeof value === "number" ? (formatted(value, shape, locale) ?? formatNumber(value, locale, shape.scale ?? 2)) : plain(value);
    case "Boolean":
      return value === true ? words.yes : words.no;
    case "DateTime":
      return shape.format === "date" ? formatDay(plain(value), locale) : formatDateTime(plain(value), locale);
    case "Date":
      return formatDate(plain(value), locale);
    case "Time":
      return plain(value).slice(0, 5);
    case "Enum":
      return shape.options?.find((option) => option.value === value)?.label ?? plain(value);
    case "Reference":
      return titleOf?.(plain(value)) ?? plain(value).slice(0, 8);
    case "String":
    case "Json":
    case "Array":
      return plain(value);
    case "Binary":
      return typeof value === "object" && value !== null && !Array.isArray(value) && typeof value.name === "string" ? value.name : plain(value);
    default:
      return shape.type satisfies never;
  }
}

const plain = (value: Json): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
