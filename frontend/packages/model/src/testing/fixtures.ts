/** A small document and a seeded source of random edits for the tests of this package. */
import type { Change, ListedKind } from "../change/change";
import { LISTED_KINDS, add, move, remove, update } from "../change/change";
import type { Located } from "../change/parts";
import { partsOf } from "../change/parts";
import type { ModelDocument } from "../document/model";
import type { Component, Page } from "../document/page";

export function sampleDocument(): ModelDocument {
  return {
    format: "torque/1",
    name: "todo",
    display_name: "TODO",
    config: { start_page: "start_page", public: true },
    entities: [
      {
        id: "e_todo",
        name: "todo",
        display_name: "Todo",
        fields: [
          { id: "f_label", name: "label", field_type: { type: "String", max_length: 255 }, required: true },
          { id: "f_status", name: "status", field_type: { type: "Enum", values: ["open", "closed"] }, default_value: "open" },
        ],
        constraints: [{ id: "c_label", type: "UniqueKey", name: "one_label", fields: ["label"] }],
        indexes: [{ id: "i_status", name: "by_status", fields: ["status"], type: "BTree" }],
      },
      { id: "e_tag", name: "tag", fields: [{ id: "f_name", name: "name", field_type: { type: "String" } }] },
    ],
    relationships: [
      { id: "r_tags", name: "tags", type: "ManyToMany", from_entity: "todo", to_entity: "tag", cascade: "None" },
    ],
    pages: [
      {
        id: "start_page",
        name: "start",
        title: "Todos",
        components: [
          { id: "button", type: "Button", position: { row: 0, col: 0, width: 3, height: 1 }, props: { label: "New" } },
          {
            id: "box",
            type: "Container",
            children: [
              { id: "grid", type: "DataGrid", props: { entityType: "todo" } },
              { id: "inner", type: "Container", children: [{ id: "text", type: "Text" }] },
            ],
          },
        ],
      },
      { id: "second_page", name: "second", components: [] },
    ],
    forms: [
      {
        id: "todo_form",
        name: "Todo form",
        entity_type: "todo",
        fields: [
          { name: "label", field_type: "TextInput", required: true },
          { name: "status", field_type: "Select" },
        ],
      },
    ],
    xflows: [{ id: "export", name: "export", nodes: {}, edges: [] }],
    roles: [{ id: "role_reader", name: "reader", entities: { todo: { read: true } } }],
  };
}

/** Mulberry32: the same edits for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: () => number, from: readonly T[]): T | undefined {
  return from[Math.floor(random() * from.length)];
}

const PARENTS: Partial<Record<ListedKind, ListedKind[]>> = {
  Field: ["Entity"],
  Constraint: ["Entity"],
  Index: ["Entity"],
  Component: ["Page", "Component"],
  FormField: ["Form"],
};

function places(document: ModelDocument, kind: ListedKind): { parent?: string }[] {
  const kinds = PARENTS[kind];
  if (!kinds) return [{}];
  return kinds.flatMap((parentKind) => [...partsOf(document, parentKind)].map((part) => ({ parent: part.id })));
}

function randomEdit(random: () => number, part: Located): Change {
  const set = random() < 0.7 ? { [pick(random, ["display_name", "note", "title"]) ?? "note"]: `v${Math.floor(random() * 9)}` } : {};
  const names = Object.keys(part.value).filter((name) => !["id", "name", "fields", "components", "children"].includes(name));
  const unset = random() < 0.4 ? [pick(random, names) ?? "note"].filter((name) => !(name in set)) : [];
  return update(part.kind, part.id, { set, unset });
}

let serial = 0;

/** An edit that may or may not fit the document. */
export function randomChange(random: () => number, document: ModelDocument): Change {
  const kind = pick(random, LISTED_KINDS) ?? "Entity";
  const part = pick(random, [...partsOf(document, kind)]);
  const place = pick(random, places(document, kind)) ?? {};
  const verb = random();
  serial += 1;
  if (verb < 0.35 || !part) {
    const id = `n${serial}`;
    const value = kind === "FormField" ? { name: id, field_type: "TextInput" } : { id, name: id, type: "Text" };
    return add(kind, value, { ...place, index: Math.floor(random() * 4) });
  }
  if (verb < 0.65) return randomEdit(random, part);
  if (verb < 0.8) return remove(kind, part.id);
  return move(kind, part.id, Math.floor(random() * 4), random() < 0.5 ? place.parent : undefined);
}

/** The page's components in another order and nesting, with some gone and some new. */
export function shuffledPage(random: () => number, page: Page): Page {
  const flat: Component[] = [];
  const collect = (components: Component[] | undefined): void => {
    for (const component of components ?? []) {
      const own: Component = { ...component };
      delete own.children;
      flat.push(own);
      collect(component.children);
    }
  };
  collect(page.components);
  const wanted: Component[] = [];
  const containers: Component[] = [];
  for (const component of flat.sort(() => random() - 0.5)) {
    if (random() < 0.2) continue;
    const own: Component = random() < 0.3 ? { ...component, props: { label: `p${Math.floor(random() * 9)}` } } : component;
    const into = random() < 0.4 ? pick(random, containers) : undefined;
    if (into) into.children = [...(into.children ?? []), own];
    else wanted.push(own);
    if (own.type === "Container") containers.push(own);
  }
  if (random() < 0.5) wanted.splice(Math.floor(random() * wanted.length), 0, { id: `new${Math.floor(random() * 99999)}`, type: "Text" });
  return { ...page, title: random() < 0.5 ? "Other" : page.title, components: wanted };
}
