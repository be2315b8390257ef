/** The reducer: `apply(document, change)` gives a new document and never touches the old one. */
import { isObject } from "../document/json";
import type { ModelDocument } from "../document/model";
import type { AddChange, Change, ListedKind, MoveChange, PartKind, RemoveChange, UpdateChange } from "./change";
import { ChangeRefused, isAdd, isMove, isRemove, readType } from "./change";
import type { Located, Path } from "./parts";
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

function applyAdd(document: ModelDocument, kind: ListedKind, change: AddChange): ModelDocument {
  const path = listFor(document, kind, change.parent);
  if (!path) throw new ChangeRefused(change, `there is no parent ${String(change.parent)}`);
  const id = partId(change.value);
  if (!id) throw new ChangeRefused(change, "the value has no id");
  const wanted = change.value.id === undefined && change.parent !== undefined ? `${change.parent}/${id}` : id;
  if (findPart(document, kind, wanted)) throw new ChangeRefused(change, `${kind} ${id} exists`);
  const list = listAt(document, path);
  const at = clamp(change.index, list.length);
  return withValue(document, path, [...list.slice(0, at), change.value, ...list.slice(at)]);
}

function applyUpdate(document: ModelDocument, kind: PartKind, change: UpdateChange): ModelDocument {
  const edit = (part: Part): Part => {
    const next = { ...part, ...change.set };
    for (const name of change.unset ?? []) delete next[name];
    return next;
  };
  if (kind === "Model") return edit({ ...document }) as unknown as ModelDocument;
  if (kind === "Config") return { ...document, config: edit({ ...document.config }) };
  const found = required(document, kind, change);
  return withValue(document, [...found.list, found.index], edit(found.value));
}

function applyRemove(document: ModelDocument, kind: ListedKind, change: RemoveChange): ModelDocument {
  const found = required(document, kind, change);
  const without = listAt(document, found.list).filter((_, index) => index !== found.index);
  return withValue(document, found.list, without);
}

function holds(part: Part, id: string): boolean {
  if (partId(part) === id) return true;
  const children = part.children;
  return Array.isArray(children) && children.some((child: Part) => holds(child, id));
}

function applyMove(document: ModelDocument, kind: ListedKind, change: MoveChange): ModelDocument {
  const found = required(document, kind, change);
  const parent = change.parent ?? found.parent;
  if (parent !== undefined && kind === "Component" && holds(found.value, parent)) {
    throw new ChangeRefused(change, "a component cannot be moved into itself");
  }
  const taken = applyRemove(document, kind, { type: `Remove${kind}`, target: change.target });
  const path = listFor(taken, kind, parent);
  if (!path) throw new ChangeRefused(change, `there is no parent ${String(parent)}`);
  const list = listAt(taken, path);
  const at = clamp(change.index, list.length);
  return withValue(taken, path, [...list.slice(0, at), found.value, ...list.slice(at)]);
}

/** Applies one change; throws ChangeRefused and leaves the document alone when it does not fit. */
export function apply(document: ModelDocument, change: Change): ModelDocument {
  const { kind } = readType(change);
  if (isAdd(change)) return applyAdd(document, kind as ListedKind, change);
  if (isRemove(change)) return applyRemove(document, kind as ListedKind, change);
  if (isMove(change)) return applyMove(document, kind as ListedKind, change);
  return applyUpdate(document, kind, change);
}

/** Applies a list of changes in order, all or none. */
export function applyAll(document: ModelDocument, changes: readonly Change[]): ModelDocument {
  return changes.reduce(apply, document);
}
