/** From two states of a part to the changes that lead from one to the other: what a JSON editor saves. */
import { sameJson } from "../document/json";
import type { ModelDocument } from "../document/model";
import type { Component, Form, FormField, Page } from "../document/page";
import { applyAll } from "./apply";
import type { Change, PartKind } from "./change";
import { add, move, remove, update } from "./change";
import { findPart } from "./parts";

type Part = Record<string, unknown>;

/** One update with what differs between two states of a part, or nothing when they are alike. */
export function updateBetween(
  kind: PartKind,
  target: string | undefined,
  before: object,
  after: object,
  except: readonly string[] = [],
): Change[] {
  const was = before as Part;
  const is = after as Part;
  const set: Part = {};
  for (const [name, value] of Object.entries(is)) {
    if (!except.includes(name) && value !== undefined && !sameJson(was[name], value)) set[name] = value;
  }
  const unset = Object.keys(was).filter((name) => !except.includes(name) && was[name] !== undefined && is[name] === undefined);
  return Object.keys(set).length || unset.length ? [update(kind, target, { set, unset })] : [];
}

interface Placed {
  component: Component;
  parent: string;
  index: number;
}

function flatten(components: readonly Component[] | undefined, parent: string, into = new Map<string, Placed>()): Map<string, Placed> {
  components?.forEach((component, index) => {
    into.set(component.id, { component, parent, index });
    flatten(component.children, component.id, into);
  });
  return into;
}

function gone(before: Map<string, Placed>, after: Map<string, Placed>): Change[] {
  return [...before.values()]
    .filter(({ component, parent }) => !after.has(component.id) && (after.has(parent) || !before.has(parent)))
    .map(({ component }) => remove("Component", component.id));
}

/** Adds, moves and updates in the order of the wanted tree, so that each index is right when its turn comes. */
function arranged(after: Map<string, Placed>, before: Map<string, Placed>): Change[] {
  const changes: Change[] = [];
  const order = currentOrder(before, after);
  for (const [id, { component, parent, index }] of after) {
    const was = before.get(id);
    if (!was) {
      const { children, ...own } = component;
      changes.push(add("Component", children ? { ...own, children: [] } : own, { parent, index }));
      insert(order, parent, index, id);
      continue;
    }
    if (was.parent !== parent || order.get(parent)?.[index] !== id) {
      changes.push(move("Component", id, index, parent));
      for (const siblings of order.values()) if (siblings.includes(id)) siblings.splice(siblings.indexOf(id), 1);
      insert(order, parent, index, id);
    }
    changes.push(...updateBetween("Component", id, was.component, component, component.children ? ["children"] : []));
  }
  return changes;

  function insert(into: Map<string, string[]>, under: string, at: number, id: string): void {
    const siblings = into.get(under) ?? [];
    siblings.splice(at, 0, id);
    into.set(under, siblings);
  }
}

function currentOrder(before: Map<string, Placed>, after: Map<string, Placed>): Map<string, string[]> {
  const order = new Map<string, string[]>();
  for (const [id, { parent }] of before) {
    if (after.has(id)) order.set(parent, [...(order.get(parent) ?? []), id]);
  }
  return order;
}

/** The changes from the stored page to the wanted one, component by component where that says it exactly. */
export function pageChanges(document: ModelDocument, id: string, wanted: Page): Change[] {
  const page = findPart(document, "Page", id)?.value as unknown as Page | undefined;
  if (!page) return [];
  const own = updateBetween("Page", id, page, wanted, ["components", "id"]);
  if (sameJson(page.components, wanted.components)) return own;
  const before = flatten(page.components, id);
  const after = flatten(wanted.components, id);
  const fine = [...own, ...gone(before, after), ...arranged(after, before)];
  return leadsTo(document, "Page", id, fine, wanted) ? fine : [...own, update("Page", id, { set: { components: wanted.components ?? [] } })];
}

/** The changes from the stored form to the wanted one, field by field where that says it exactly. */
export function formChanges(document: ModelDocument, id: string, wanted: Form): Change[] {
  const form = findPart(document, "Form", id)?.value as unknown as Form | undefined;
  if (!form) return [];
  const own = updateBetween("Form", id, form, wanted, ["fields", "id"]);
  if (sameJson(form.fields, wanted.fields)) return own;
  const fine = [...own, ...formFieldChanges(id, form.fields, wanted.fields)];
  return leadsTo(document, "Form", id, fine, wanted) ? fine : [...own, update("Form", id, { set: { fields: wanted.fields } })];
}

function formFieldChanges(form: string, before: FormField[], after: FormField[]): Change[] {
  const target = (field: FormField): string => field.id ?? `${form}/${field.name}`;
  const same = (a: FormField) => (b: FormField) => target(a) === target(b);
  const changes: Change[] = before.filter((field) => !after.some(same(field))).map((field) => remove("FormField", target(field)));
  const order = before.filter((field) => after.some(same(field)));
  after.forEach((field, index) => {
    const was = before.find(same(field));
    if (!was) {
      changes.push(add("FormField", field, { parent: form, index }));
      order.splice(index, 0, field);
      return;
    }
    const at = order.findIndex(same(field));
    if (at !== index) {
      changes.push(move("FormField", target(field), index));
      order.splice(index, 0, ...order.splice(at, 1));
    }
    changes.push(...updateBetween("FormField", target(field), was, field));
  });
  return changes;
}

function leadsTo(document: ModelDocument, kind: "Page" | "Form", id: string, changes: Change[], wanted: Page | Form): boolean {
  try {
    return sameJson(findPart(applyAll(document, changes), kind, id)?.value, wanted);
  } catch {
    return false;
  }
}
