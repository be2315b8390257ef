/** Drafts as a form leaves them, written the way a document holds them: what says nothing is left out. */
import type { Entity, Field, FieldType, FieldTypeName } from "../document/entity";
import { isObject } from "../document/json";

function says(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isObject(value) || Object.keys(value).length > 0;
}

/** The members of an object that say something. */
export function compact<T extends object>(part: T): T {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => says(value))) as T;
}

/** A type with the settings that belong to it and no others. */
export function tidyType(type: FieldType): FieldType {
  switch (type.type) {
    case "Enum":
      return { type: "Enum", values: type.values };
    case "Array":
      return { type: "Array", element_type: tidyType(type.element_type) };
    default:
      return compact(type);
  }
}

/** A field without flags that are off, empty texts and empty lists; a default of `false` or `0` stays. */
export function tidyField(field: Field): Field {
  const { required, unique, indexed, ui_config: ui, ...rest } = field;
  return {
    ...compact(rest),
    field_type: tidyType(field.field_type),
    ...(required ? { required } : {}),
    ...(unique ? { unique } : {}),
    ...(indexed ? { indexed } : {}),
    ...(ui && says(compact(ui)) ? { ui_config: compact(ui) } : {}),
  };
}

/** An entity's own members, tidied; its lists of parts are not touched. */
export function tidyEntity(entity: Entity): Entity {
  const { ui_config: ui, ...rest } = entity;
  const list = ui?.list_view && compact(ui.list_view);
  const shown = ui && compact({ ...ui, list_view: list });
  return { ...compact(rest), fields: entity.fields, ...(shown && says(shown) ? { ui_config: shown } : {}) };
}

/** A type of this name with nothing set, keeping what both types know. */
export function typeOf(name: FieldTypeName, former: FieldType, firstEntity = ""): FieldType {
  const range = "min" in former || "max" in former ? { min: former.min, max: former.max } : {};
  switch (name) {
    case "Enum":
      return { type: name, values: former.type === "Enum" ? former.values : [] };
    case "Reference":
      return { type: name, entity: former.type === "Reference" ? former.entity : firstEntity };
    case "Array":
      return { type: name, element_type: former.type === "Array" ? former.element_type : { type: "String" } };
    case "Integer":
    case "Decimal":
    case "Float":
      return tidyType({ type: name, ...range });
    default:
      return { type: name };
  }
}

/** A type as one line says it: "Reference to customer", "List of String". */
export function typeLine(type: FieldType): string {
  return type.type === "Array" ? `${type.element_type.type}[]` : type.type;
}
