/** Members in the order people read them, for a store may keep them in any. */
import { isObject } from "./json";

const ORDER = [
  "format", "id", "key", "name", "display_name", "title", "label", "type", "field_type", "entity_type", "description", "version", "path", "icon",
  "in_navigation", "target_entities", "layout", "position", "row", "col", "width", "height", "rows", "columns", "entityType", "field",
  "required", "placeholder", "help", "props", "style", "events", "on", "action", "components", "children", "fields", "steps", "validation", "submit_action",
] as const;
const PLACE: ReadonlyMap<string, number> = new Map(ORDER.map((name, at) => [name, at]));

/** A copy with the members of every object in reading order; those without a place follow as they stood. */
export function inOrder<T>(value: T): T {
  if (Array.isArray(value)) return value.map((one: unknown) => inOrder(one)) as T;
  if (!isObject(value)) return value;
  const place = (name: string): number => PLACE.get(name) ?? ORDER.length;
  const entries = Object.entries(value).sort(([a], [b]) => place(a) - place(b));
  return Object.fromEntries(entries.map(([name, member]) => [name, inOrder(member)])) as T;
}
