/** One line per change, as history shows it: `UpdateField order.ship_region`. */
import type { ModelDocument } from "../document/model";
import type { Change } from "./change";
import { isAdd, readType } from "./change";
import { findPart } from "./parts";

/** The type of a change and the path of what it touches, with names where the document still knows them. */
export function describeChange(change: Change, document?: ModelDocument): string {
  const { kind } = readType(change);
  if (isAdd(change)) {
    const parent = change.parent === undefined ? "" : `${nameOf(change.parent, document)}.`;
    return `${change.type} ${parent}${String(change.value.name ?? change.value.id)}`;
  }
  if (!("target" in change) || change.target === undefined) {
    return `${change.type} ${Object.keys("set" in change ? (change.set ?? {}) : {}).join(", ")}`.trim();
  }
  if (kind === "Model" || kind === "Config") return change.type;
  if (kind === "Locale") return `${change.type} ${change.target}`;
  const found = document && findPart(document, kind, change.target);
  if (!found) return `${change.type} ${change.target}`;
  const parent = found.parent === undefined || kind === "Component" ? "" : `${nameOf(found.parent, document)}.`;
  return `${change.type} ${parent}${kind === "Component" || kind === "Page" ? found.id : String(found.value.name ?? found.id)}`;
}

function nameOf(id: string, document: ModelDocument | undefined): string {
  if (!document) return id;
  const entity = findPart(document, "Entity", id);
  return entity ? String(entity.value.name) : id;
}
