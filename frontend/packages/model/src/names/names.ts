/** Names and ids of a model: what is legal, and how to propose one. */
import type { Entity, Field } from "../document/entity";
import type { ModelDocument } from "../document/model";
import type { ListedKind } from "../change/change";
import { partsOf } from "../change/parts";

const ENTITY_NAME = /^[a-z][a-z0-9_]{0,62}$/;
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const SLUG = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;

/** Names that belong to every record, and words of the filter language. */
export const RESERVED_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "entity_type",
  "version",
  "included",
  "and",
  "or",
  "not",
]);

/** Columns every record has; a model may list them to label and show them. */
export const SYSTEM_FIELDS: ReadonlySet<string> = new Set(["created_at", "updated_at"]);

export type NameProblem = "empty" | "form" | "reserved" | "taken";

/** What is wrong with the name of a field, or undefined. */
export function fieldNameProblem(entity: Entity, name: string, own?: string): NameProblem | undefined {
  if (!name) return "empty";
  if (!FIELD_NAME.test(name)) return "form";
  if (RESERVED_FIELDS.has(name)) return "reserved";
  return entity.fields.some((field) => field.name === name && field.id !== own) ? "taken" : undefined;
}

/** What is wrong with the name of an entity, or undefined. */
export function entityNameProblem(document: ModelDocument, name: string, own?: string): NameProblem | undefined {
  if (!name) return "empty";
  if (!ENTITY_NAME.test(name)) return "form";
  return document.entities?.some((entity) => entity.name === name && entity.id !== own) ? "taken" : undefined;
}

/** What is wrong with an id of this kind, or undefined. */
export function idProblem(document: ModelDocument, kind: ListedKind, id: string): NameProblem | undefined {
  if (!id) return "empty";
  if (!ID.test(id)) return "form";
  for (const part of partsOf(document, kind)) if (part.id === id) return "taken";
  return undefined;
}

/** What is wrong with the slug of a model or an application, or undefined. */
export function slugProblem(slug: string): NameProblem | undefined {
  if (!slug) return "empty";
  return SLUG.test(slug) ? undefined : "form";
}

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/ß/g, "ss")
    .toLowerCase();
}

/** "Customer Orders" → "customer-orders". */
export function toSlug(text: string): string {
  return plain(text)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}

/** "Ship to name" → "ship_to_name"; never starts with a digit. */
export function toName(text: string): string {
  const name = plain(text)
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return (/^[0-9]/.test(name) ? `n_${name}` : name).slice(0, 60);
}

/** "ship_to_name" → "Ship to name". */
export function readable(name: string): string {
  const words = name.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The wished id, or the wished id with the first number that makes it unique among this kind. */
export function freeId(document: ModelDocument, kind: ListedKind, wished: string): string {
  const taken = new Set([...partsOf(document, kind)].map((part) => part.id));
  const base = wished.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 58) || kind.toLowerCase();
  let id = base;
  for (let n = 2; taken.has(id); n += 1) id = `${base}_${n}`;
  return id;
}

/** What people read for a field: its label, else its display name, else its name made readable. */
export function fieldLabel(field: Field): string {
  return field.ui_config?.label ?? field.display_name ?? readable(field.name);
}

export function entityLabel(entity: Entity): string {
  return entity.display_name ?? readable(entity.name);
}
