/**
 * Storage keys: under which name records hold the values of a field and the type of an entity. A key is the name at
 * creation, never changes and is never reused; it stands in the document only where it differs from the name.
 */
import { without } from "../document/json";
import type { ListedKind } from "./change";

type Part = Record<string, unknown>;

const SYSTEM_TIMES: ReadonlySet<unknown> = new Set(["created_at", "updated_at"]);

/** Whether records hold something under the key of a part. */
export function stores(kind: ListedKind, part: Part): boolean {
  return kind === "Entity" || (kind === "Field" && !SYSTEM_TIMES.has(part.name));
}

export function keyOf(part: Part): string {
  return String(part.key ?? part.name);
}

export function withoutKey(part: Part): Part {
  return without(part, "key");
}

/** The part with this key, unwritten while it equals the name. */
export function withKey(part: Part, key: string): Part {
  return key === part.name ? withoutKey(part) : { ...part, key };
}

/** A key for a new part: its name, or a numbered form of it when that is used up. */
export function freeKey(name: string, used: ReadonlySet<string>): string {
  let key = name;
  for (let n = 2; used.has(key); n += 1) key = `${name.slice(0, 58)}_${String(n)}`;
  return key;
}
