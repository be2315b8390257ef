/** What of a record can be asked about: its fields, what the server keeps with it, and the fields of what it refers to. */
import { fieldLabel, readable, type Entity, type Field, type FieldTypeName, type ModelDocument } from "@torque/model";

export type Choice = { value: string; label: string };

export type Asked = {
  /** As the query language names it: "total", "customer_id.email". */
  path: string;
  label: string;
  /** Label of the reference it is reached through; null for the record's own. */
  through: string | null;
  type: FieldTypeName | "Id";
  /** Type of the members of a list. */
  element?: FieldTypeName;
  choices?: readonly Choice[];
  /** Entity a reference leads to. */
  entity?: string;
};

function askedOf(field: Field, prefix: string, through: string | null): Asked {
  const { field_type: type } = field;
  const inner = type.type === "Array" ? type.element_type : type;
  return {
    path: prefix + field.name,
    label: fieldLabel(field),
    through,
    type: type.type,
    element: type.type === "Array" ? inner.type : undefined,
    choices: inner.type === "Enum" ? inner.values.map((value) => (typeof value === "string" ? { value, label: value } : { value: value.value, label: value.label ?? value.value })) : undefined,
    entity: inner.type === "Reference" ? inner.entity : undefined,
  };
}

const KEPT: readonly { name: string; type: Asked["type"] }[] = [
  { name: "created_at", type: "DateTime" },
  { name: "updated_at", type: "DateTime" },
  { name: "version", type: "Integer" },
  { name: "id", type: "Id" },
];

/** All that conditions on records of an entity may name, in the order they are offered. */
export function askedFields(entity: Entity, document: ModelDocument): Asked[] {
  const own = entity.fields.map((field) => askedOf(field, "", null));
  const kept = KEPT.filter(({ name }) => !entity.fields.some((field) => field.name === name)).map(({ name, type }): Asked => ({ path: name, label: name === "id" ? "Id" : readable(name), through: null, type }));
  const behind = own.flatMap((link) => {
    const target = document.entities?.find(({ name }) => name === link.entity);
    return target ? target.fields.map((field) => askedOf(field, `${link.path}.`, link.label)) : [];
  });
  return [...own, ...kept, ...behind];
}
