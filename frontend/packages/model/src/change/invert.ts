/** The exact inverse of a change: what undo sends. */
import type { ModelDocument } from "../document/model";
import { apply } from "./apply";
import type { Change, ListedKind, UpdateChange } from "./change";
import { ChangeRefused, isAdd, isMove, isRemove, readType } from "./change";
import { findPart, partId, targetOf } from "./parts";

type Part = Record<string, unknown>;

function renamed(target: string, before: Part, after: Part): string {
  if (before.id !== undefined || before.name === after.name) return target;
  const owner = target.includes("/") ? target.slice(0, target.lastIndexOf("/") + 1) : "";
  return owner + String(after.name);
}

function undoUpdate(before: Part, change: UpdateChange): Omit<UpdateChange, "type" | "target"> {
  const touched = [...new Set([...Object.keys(change.set ?? {}), ...(change.unset ?? [])])];
  const set: Part = {};
  const unset: string[] = [];
  for (const name of touched) {
    if (name in before && before[name] !== undefined) set[name] = before[name];
    else unset.push(name);
  }
  return { ...(Object.keys(set).length ? { set } : {}), ...(unset.length ? { unset } : {}) };
}

/** The change that takes `apply(document, change)` back to `document`. */
export function invert(document: ModelDocument, change: Change): Change {
  const { kind } = readType(change);
  if (kind === "Model") {
    return { type: "UpdateModel", ...undoUpdate({ ...document }, change as UpdateChange) };
  }
  if (kind === "Config") {
    return { type: "UpdateConfig", ...undoUpdate({ ...document.config }, change as UpdateChange) };
  }
  if (isAdd(change)) {
    const id = partId(change.value);
    const scoped = change.value.id === undefined && change.parent !== undefined;
    return { type: `Remove${kind}`, target: scoped ? `${String(change.parent)}/${id}` : id };
  }
  return invertTargeted(document, kind, change);
}

function invertTargeted(
  document: ModelDocument,
  kind: ListedKind,
  change: Exclude<Change, { value: unknown }>,
): Change {
  const found = findPart(document, kind, String(change.target));
  if (!found) throw new ChangeRefused(change, `there is no ${kind} ${String(change.target)}`);
  const place = found.parent === undefined ? {} : { parent: found.parent };
  if (isRemove(change)) return { type: `Add${kind}`, ...place, index: found.index, value: found.value };
  if (isMove(change)) {
    const target = found.value.id === undefined ? `${change.parent ?? String(found.parent)}/${found.id}` : found.id;
    return { type: `Move${kind}`, target, ...place, index: found.index };
  }
  const edit = change as UpdateChange;
  const after = { ...found.value, ...edit.set };
  return {
    type: `Update${kind}`,
    target: renamed(targetOf(found), found.value, after),
    ...undoUpdate(found.value, edit),
  };
}

/** The inverses of a list of changes, in the order in which they are to be applied. */
export function invertAll(document: ModelDocument, changes: readonly Change[]): Change[] {
  const inverses: Change[] = [];
  let at = document;
  for (const change of changes) {
    inverses.unshift(invert(at, change));
    at = apply(at, change);
  }
  return inverses;
}
