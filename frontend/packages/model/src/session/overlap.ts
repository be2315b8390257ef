/** Which of our unsaved changes touch what somebody else changed meanwhile. */
import type { Change, ListedKind, UpdateChange } from "../change/change";
import { isAdd, isUpdate, readType } from "../change/change";
import { applyAll } from "../change/apply";
import { findPart } from "../change/parts";
import { sameJson } from "../document/json";
import type { ModelDocument } from "../document/model";

type Part = Record<string, unknown>;

function partBehind(document: ModelDocument, change: Change): Part | undefined {
  const { kind } = readType(change);
  if (kind === "Model") return { ...document };
  if (kind === "Config") return { ...document.config };
  if (kind === "Locale") return document.locales?.["target" in change ? String(change.target) : ""];
  const target = "target" in change ? change.target : undefined;
  return target === undefined ? undefined : findPart(document, kind as ListedKind, target)?.value;
}

function touchedKeys(change: UpdateChange): string[] {
  return [...Object.keys(change.set ?? {}), ...(change.unset ?? [])];
}

/** True when the change means the same on `theirs` as it did on `base`. */
export function independent(base: ModelDocument, theirs: ModelDocument, change: Change): boolean {
  if (isAdd(change)) return true;
  const was = partBehind(base, change);
  const now = partBehind(theirs, change);
  if (was === undefined) return true;
  if (now === undefined) return false;
  return isUpdate(change) ? touchedKeys(change).every((key) => sameJson(was[key], now[key])) : sameJson(was, now);
}

function subsetOf(value: unknown, of: unknown): boolean {
  return Object.entries(value as Part).every(([name, member]) => sameJson((of as Part)[name], member));
}

/** True when `theirs` says already what the change would make it say: its answer was lost, or somebody did the same. */
export function alreadyMade(theirs: ModelDocument, change: Change): boolean {
  const { kind } = readType(change);
  if (isAdd(change)) {
    const { id } = change.value;
    const there = typeof id === "string" ? partBehind(theirs, { type: `Update${kind}`, target: id }) : undefined;
    return there !== undefined && subsetOf(change.value, there);
  }
  const now = partBehind(theirs, change);
  if (!isUpdate(change)) return change.type.startsWith("Remove") && now === undefined;
  return now !== undefined && subsetOf(change.set ?? {}, now) && (change.unset ?? []).every((key) => now[key] === undefined);
}

/** The changes on top of `theirs`, or the ones in the way. */
export function rebase(
  base: ModelDocument,
  theirs: ModelDocument,
  changes: readonly Change[],
): { document: ModelDocument } | { overlapping: Change[] } {
  const overlapping = changes.filter((change) => !independent(base, theirs, change));
  if (overlapping.length) return { overlapping };
  try {
    return { document: applyAll(theirs, changes) };
  } catch {
    return { overlapping: [...changes] };
  }
}

/** The changes that still fit on `theirs`, applied one by one; the others are left out. */
export function applyFitting(theirs: ModelDocument, changes: readonly Change[]): { document: ModelDocument; kept: Change[] } {
  let document = theirs;
  const kept: Change[] = [];
  for (const change of changes) {
    try {
      document = applyAll(document, [change]);
      kept.push(change);
    } catch {
      continue;
    }
  }
  return { document, kept };
}
