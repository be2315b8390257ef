import type { Field, FieldType } from "@torque/model";

type Words = (key: string, values?: Record<string, unknown>) => string;
export type FieldErrors = Partial<Record<"type" | "rules", string>>;

const MEDIA_TYPE = /^[a-z]+\/([a-z0-9.+-]+|\*)$/;

function typeError(type: FieldType, t: Words): string | undefined {
  switch (type.type) {
    case "Enum": {
      const values = type.values.map((value) => (typeof value === "string" ? value : value.value));
      if (!values.length) return t("fields.error.noValues");
      if (values.some((value) => !value)) return t("fields.error.emptyValue");
      return new Set(values).size < values.length ? t("fields.error.sameValue") : undefined;
    }
    case "Reference":
      return type.entity ? undefined : t("fields.error.noEntity");
    case "Array":
      return typeError(type.element_type, t);
    case "Binary": {
      const wrong = type.types?.find((one) => !MEDIA_TYPE.test(one));
      return wrong === undefined ? undefined : t("fields.error.mediaType", { type: wrong });
    }
    case "Integer":
    case "Decimal":
    case "Float":
      return typeof type.min === "number" && typeof type.max === "number" && type.min > type.max ? t("fields.error.range") : undefined;
    default:
      return undefined;
  }
}

function patternError(pattern: unknown, t: Words): string | undefined {
  try {
    new RegExp(String(pattern), "u");
    return undefined;
  } catch {
    return t("fields.error.pattern");
  }
}

function rulesError(field: Field, t: Words): string | undefined {
  for (const rule of field.validation ?? []) {
    const empty = rule.value === undefined || rule.value === null || rule.value === "";
    if (empty && ["MinLength", "MaxLength", "Pattern", "Custom", "Range"].includes(rule.type)) return t("fields.error.ruleValue", { rule: t(`ruleType.${rule.type}`) });
    const pattern = rule.type === "Pattern" ? patternError(rule.value, t) : undefined;
    if (pattern) return pattern;
  }
  return undefined;
}

/** What has to be mended before a field can be applied, by place; its name is checked apart. */
export function fieldErrors(field: Field, t: Words): FieldErrors {
  const type = typeError(field.field_type, t);
  const rules = rulesError(field, t);
  return { ...(type ? { type } : {}), ...(rules ? { rules } : {}) };
}
