/** Where the parts of a document stand: the one place that knows its nesting. */
import { isObject } from "../document/json";
import type { ModelDocument } from "../document/model";
import type { ListedKind } from "./change";

export type Path = (string | number)[];
type Part = Record<string, unknown>;

/** A part found in a document. */
export interface Located {
  id: string;
  kind: ListedKind;
  /** Path of the list that holds it. */
  list: Path;
  index: number;
  /** Id of the part it stands in; undefined in the lists of the model itself. */
  parent: string | undefined;
  value: Part;
}

const ROOT_LISTS: Partial<Record<ListedKind, string>> = {
  Entity: "entities",
  Relationship: "relationships",
  Page: "pages",
  Form: "forms",
  XFlow: "xflows",
  Role: "roles",
  Plugin: "plugins",
};

const CHILD_LISTS: Partial<Record<ListedKind, { owner: ListedKind; list: string }>> = {
  Field: { owner: "Entity", list: "fields" },
  Constraint: { owner: "Entity", list: "constraints" },
  Index: { owner: "Entity", list: "indexes" },
  FormField: { owner: "Form", list: "fields" },
};

/** A component that shares its id with a page is named like this where it is a parent. */
const COMPONENT_PARENT = "Component:";

/** What changes target: the id of a part, or `owner/name` for one that goes by its name. */
export function partId(value: Part, parent: string | undefined): string {
  if (value.id !== undefined && value.id !== null) return String(value.id);
  return `${parent ?? ""}/${String(value.name)}`;
}

/** The value at a path, or undefined. */
export function valueAt(document: unknown, path: Path): unknown {
  let at: unknown = document;
  for (const step of path) {
    if (Array.isArray(at)) at = at[Number(step)];
    else if (isObject(at)) at = at[step];
    else return undefined;
  }
  return at;
}

function listed(kind: ListedKind, document: ModelDocument, list: Path, parent: string | undefined): Located[] {
  const values = valueAt(document, list);
  if (!Array.isArray(values)) return [];
  return values.map((value: Part, index) => ({ id: partId(value, parent), kind, list, index, parent, value }));
}

function* componentsIn(document: ModelDocument, list: Path, parent: string, pages: ReadonlySet<string>): Generator<Located> {
  for (const found of listed("Component", document, list, parent)) {
    yield found;
    const inner = pages.has(found.id) ? COMPONENT_PARENT + found.id : found.id;
    yield* componentsIn(document, [...list, found.index, "children"], inner, pages);
  }
}

/** Every part of a kind, in document order. */
export function* partsOf(document: ModelDocument, kind: ListedKind): Generator<Located> {
  const root = ROOT_LISTS[kind];
  if (root) {
    yield* listed(kind, document, [root], undefined);
    return;
  }
  if (kind === "Component") {
    const pages = [...partsOf(document, "Page")];
    const ids = new Set(pages.map((page) => page.id));
    for (const page of pages) yield* componentsIn(document, ["pages", page.index, "components"], page.id, ids);
    return;
  }
  const child = CHILD_LISTS[kind];
  if (!child) return;
  for (const owner of partsOf(document, child.owner)) {
    yield* listed(kind, document, [...owner.list, owner.index, child.list], owner.id);
  }
}

/** The part with this id; a part of an entity or form may also be asked for as `owner/name`. */
export function findPart(document: ModelDocument, kind: ListedKind, id: string): Located | undefined {
  for (const part of partsOf(document, kind)) {
    if (part.id === id) return part;
    if (part.parent !== undefined && kind !== "Component" && `${part.parent}/${String(part.value.name)}` === id) return part;
  }
  return undefined;
}

/** The list a part of this kind is added to, or undefined when the parent is not there. */
export function listFor(document: ModelDocument, kind: ListedKind, parent: string | undefined): Path | undefined {
  const root = ROOT_LISTS[kind];
  if (root) return [root];
  if (parent === undefined) return undefined;
  if (kind === "Component") {
    const page = findPart(document, "Page", parent);
    if (page) return ["pages", page.index, "components"];
    const container = findPart(document, "Component", parent.replace(COMPONENT_PARENT, ""));
    return container && [...container.list, container.index, "children"];
  }
  const child = CHILD_LISTS[kind];
  if (!child) return undefined;
  const owner = findPart(document, child.owner, parent);
  return owner && [...owner.list, owner.index, child.list];
}
