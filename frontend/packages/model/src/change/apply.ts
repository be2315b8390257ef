/** The reducer: `apply(document, change)` gives a new document and never touches the old one. */
import { isObject, without } from "../document/json";
import type { ModelDocument } from "../document/model";
import type { AddChange, Change, ListedKind, MoveChange, RemoveChange, SingleKind, UpdateChange } from "./change";
import { ChangeRefused, isAdd, isMove, isRemove, readType } from "./change";
import type { Located, Path } from "./parts";
import { freeKey, keyOf, stores, withKey } from "./keys";
import { applyLocale } from "./locale";
import { findPart, listFor, partId, valueAt } from "./parts";

type Part = Record<string, unknown>;

/** A copy of the document with the value at the path replaced; everything beside the path is shared. */
function withValue<T>(root: T, path: Path, value: unknown): T {
  const [step, ...rest] = path;
  if (step === undefined) return value as T;
  if (Array.isArray(root)) {
    const copy: unknown[] = [...root];
    copy[Number(step)] = withValue(copy[Number(step)], rest, value);
    return copy as T;
  }
  const source: Part = isObject(root) ? root : {};
  return { ...source, [step]: withValue(source[step], rest, value) } as T;
}

function listAt(document: ModelDocument, path: Path): Part[] {
  const list = valueAt(document, path);
  return Array.isArray(list) ? (list as Part[]) : [];
}

function required(document: ModelDocument, kind: ListedKind, change: Change & { target?: string }): Located {
  const found = findPart(document, kind, String(change.target));
  if (!found) throw new ChangeRefused(change, `there is no ${kind} ${String(change.target)}`);
  return found;
}

function clamp(index: number | undefined, length: number): number {
  return index === undefined ? length : Math.max(0, Math.min(index, length));
}

function retiredIn(document: ModelDocument, owner: Path): string[] {
  const retired = valueAt(document, [...owner, "retired_keys"]);
  return Array.isArray(retired) ? (retired as string[]) : [];
}

function withRetired(document: ModelDocument, owner: Path, keys: string[]): ModelDocument {
  if (keys.length) return withValue(document, [...owner, "retired_keys"], keys);
  return withValue(document, owner, without((valueAt(document, owner) ?? {}) as Part, "retired_keys"));
}

function applyAdd(document: ModelDocument, kind: ListedKind, change: AddChange): ModelDocument {
  const path = listFor(document, kind, change.parent);
  if (!path) throw new ChangeRefused(change, `there is no parent ${String(change.parent)}`);
  if (change.value.id === undefined && change.value.name === undefined) throw new ChangeRefused(change, "the value has no id");
  const id = partId(change.value, change.parent);
  if (findPart(document, kind, id)) throw new ChangeRefused(change, `${kind} ${id} exists`);
  const owner = path.slice(0, -1);
  const siblings = listAt(document, path);
  const retired = retiredIn(document, owner);
  let value = change.value;
  let base = document;
  if (stores(kind, value) && change.restore) {
    base = withRetired(document, owner, retired.filter((key) => key !== keyOf(value)));
  } else if (stores(kind, value)) {
    const used = new Set([...retired, ...siblings.map(keyOf)]);
    if (value.key !== undefined && used.has(keyOf(value))) throw new ChangeRefused(change, `the storage key ${keyOf(value)} is used up`);
    value = withKey(value, value.key === undefined ? freeKey(String(value.name), used) : keyOf(value));
  }
  const at = clamp(change.index, siblings.length);
  return withValue(base, path, [...siblings.slice(0, at), value, ...siblings.slice(at)]);
}

function applyUpdate(document: ModelDocument, kind: ListedKind | SingleKind, change: UpdateChange): ModelDocument {
  const edit = (part: Part): Part => {
    const gone = new Set(change.unset);
    return Object.fromEntries(Object.entries({ ...part, ...change.set }).filter(([name]) => !gone.has(name)));
  };
  if (kind === "Model") return edit({ ...document }) as unknown as ModelDocument;
  if (kind === "Config") return { ...document, config: edit({ ...document.config }) };
  const found = required(document, kind, change);
  for (const fixed of ["id", "key", "retired_keys"]) {
    if (fixed in (change.set ?? {}) || change.unset?.includes(fixed)) throw new ChangeRefused(change, `${fixed} never changes`);
  }
  const after = edit(found.value);
  const renamed = stores(kind, found.value) && after.name !== found.value.name;
  return withValue(document, [...found.list, found.index], renamed ? withKey(after, keyOf(found.value)) : after);
}

function applyRemove(document: ModelDocument, kind: ListedKind, change: RemoveChange): ModelDocument {
  const found = required(document, kind, change);
  const without = withoutPart(document, found);
  if (change.forget || !stores(kind, found.value)) return without;
  const owner = found.list.slice(0, -1);
  return withRetired(without, owner, [...new Set([...retiredIn(document, owner), keyOf(found.value)])].sort());
}

function withoutPart(document: ModelDocument, found: Located): ModelDocument {
  return withValue(document, found.list, listAt(document, found.list).filter((_, index) => index !== found.index));
}

function holds(part: Part, id: string): boolean {
  if (part.id === id) return true;
  const children = part.children;
  return Array.isArray(children) && children.some((child: Part) => holds(child, id));
}

function applyMove(document: ModelDocument, kind: ListedKind, change: MoveChange): ModelDocument {
  const found = required(document, kind, change);
  const parent = change.parent ?? found.parent;
  if (kind !== "Component" && parent !== found.parent) throw new ChangeRefused(change, `a ${kind} stays where it belongs`);
  const inside = parent !== undefined && kind === "Component" && !findPart(document, "Page", parent);
  if (inside && holds(found.value, parent.split(":").at(-1) ?? "")) throw new ChangeRefused(change, "a component cannot be moved into itself");
  const taken = withoutPart(document, found);
  const path = listFor(taken, kind, parent);
  if (!path) throw new ChangeRefused(change, `there is no parent ${String(parent)}`);
  const list = listAt(taken, path);
  const at = clamp(change.index, list.length);
  return withValue(taken, path, [...list.slice(0, at), found.value, ...list.slice(at)]);
}

/** Applies one change; throws ChangeRefused and leaves the document alone when it does not fit. */
export function apply(document: ModelDocument, change: Change): ModelDocument {
  const { kind } = readType(change);
  if (kind === "Locale") return applyLocale(document, change);
  if (isAdd(change)) return applyAdd(document, kind as ListedKind, change);
  if (isRemove(change)) return applyRemove(document, kind as ListedKind, change);
  if (isMove(change)) return applyMove(document, kind as ListedKind, change);
  return applyUpdate(document, kind, change);
}

/** Applies a list of changes in order, all or none. */
export function applyAll(document: ModelDocument, changes: readonly Change[]): ModelDocument {
  return changes.reduce(apply, document);
}
