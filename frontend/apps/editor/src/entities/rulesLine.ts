import type { Field, FieldType } from "@torque/model";

import { sizeText } from "./fileSize";

type Words = (key: string, values?: Record<string, unknown>) => string;

function range(type: { min?: number | null; max?: number | null }, t: Words): string[] {
  const { min, max } = type;
  if (typeof min === "number" && typeof max === "number") return [t("rule.between", { min, max })];
  if (typeof min === "number") return [t("rule.from", { min })];
  return typeof max === "number" ? [t("rule.upTo", { max })] : [];
}

function typeRules(type: FieldType, t: Words): string[] {
  switch (type.type) {
    case "String":
      return type.max_length ? [t("rule.max", { max: type.max_length })] : [];
    case "Decimal":
      return [...(type.scale ? [t("rule.scale", { count: type.scale })] : []), ...range(type, t)];
    case "Integer":
    case "Float":
      return range(type, t);
    case "Enum":
      return [type.values.map((value) => (typeof value === "string" ? value : (value.label ?? value.value))).join(", ")];
    case "Reference":
      return [type.entity];
    case "Binary":
      return [...(type.max_size ? [t("rule.upTo", { max: sizeText(type.max_size) })] : []), ...(type.types ?? [])];
    case "Array":
      return typeRules(type.element_type, t);
    default:
      return [];
  }
}

/** The rules of a field in one line, as the table shows them. */
export function rulesLine(field: Field, t: Words): string {
  const rules = field.validation?.filter((rule) => rule.type !== "Required") ?? [];
  const { default_value: initial } = field;
  return [
    ...typeRules(field.field_type, t),
    ...(field.computed ? [t("rule.computed", { expression: field.computed })] : []),
    ...(initial === undefined || initial === null ? [] : [t("rule.default", { value: typeof initial === "string" ? initial : JSON.stringify(initial) })]),
    ...(rules.length ? [t("rule.count", { count: rules.length })] : []),
  ].join(" · ");
}
