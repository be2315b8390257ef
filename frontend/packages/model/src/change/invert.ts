/** The exact inverse of a change: what undo sends. */
import type { ModelDocument } from "../document/model";
import { apply } from "./apply";
import type { Change, ListedKind, UpdateChange } from "./change";
import { ChangeRefused, isAdd, isMove, isRemove, isUpdate, readType } from "./change";
import { stores, withoutKey } from "./keys";
import { invertLocale, textsOf } from "./locale";
import type { Located } from "./parts";
import { findPart, partId } from "./parts";

type Part = Record<string, unknown>;

/** A part that goes by its name is found under its new one after a rename. */
function renamed(found: Located, set: Part | undefined): string {
  return found.value.id === undefined && set?.name !== undefined ? partId({ name: set.name }, found.parent) : found.id;
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
  if (kind === "Locale") {
    if (!isUpdate(change)) return invertLocale(document, change);
    return { type: "UpdateLocale", target: change.target, ...undoUpdate(textsOf(document, change)[1], change) };
  }
  if (isAdd(change)) {
    return { type: `Remove${kind}`, target: partId(change.value, change.parent), ...(change.restore ? {} : { forget: true }) };
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
  if (isRemove(change)) {
    const restore = !change.forget && stores(kind, found.value) ? { restore: true } : {};
    return { type: `Add${kind}`, ...place, index: found.index, value: found.value, ...restore };
  }
  if (isMove(change)) return { type: `Move${kind}`, target: found.id, ...place, index: found.index };
  const edit = change as UpdateChange;
  return { type: `Update${kind}`, target: renamed(found, edit.set), ...undoUpdate(withoutKey(found.value), edit) };
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
