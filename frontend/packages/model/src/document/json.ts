/** Plain JSON values: everything a model document is made of. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export interface JsonObject {
  [key: string]: Json;
}

/** True for an object, false for arrays, null and scalars. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Equality of JSON values; the order of an object's keys does not count, the order of a list does. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => sameJson(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
}

/**
 * `after` made of the parts of `before` that are alike, `before` itself when all are: what compares by identity then sees
 * only what differs. List members are met by their `id`, else by their place.
 */
export function sharing<T>(before: unknown, after: T): T {
  if (Object.is(before, after)) return after;
  if (Array.isArray(after)) return sharedList(before, after) as T;
  if (!isObject(after)) return after;
  const was = isObject(before) ? before : {};
  const members = Object.entries(after).map(([name, value]) => [name, sharing(was[name], value)] as const);
  const alike = before === was && members.length === Object.keys(was).length && members.every(([name, value]) => name in was && Object.is(value, was[name]));
  return (alike ? was : Object.fromEntries(members)) as T;
}

function sharedList(before: unknown, after: readonly unknown[]): unknown[] {
  const was: unknown[] = Array.isArray(before) ? before : [];
  const known = new Map(was.filter(isObject).map((one) => [one.id, one]));
  const list = after.map((one, at) => sharing((isObject(one) && one.id !== undefined ? known.get(one.id) : undefined) ?? was[at], one));
  return Array.isArray(before) && list.length === was.length && list.every((one, at) => Object.is(one, was[at])) ? was : list;
}

/** A deep copy of a JSON value. */
export function cloneJson<T>(value: T): T {
  return structuredClone(value);
}

/** A copy of an object without one of its members. */
export function without<T extends object>(part: T, name: string): T {
  return Object.fromEntries(Object.entries(part).filter(([key]) => key !== name)) as T;
}
