import { describe, expect, it } from "vitest";
import { cloneJson, sameJson } from "../document/json";
import type { ModelDocument } from "../document/model";
import type { Form, Page } from "../document/page";
import { pick, randomChange, sampleDocument, seeded, shuffledPage } from "../testing/fixtures";
import { apply, applyAll } from "./apply";
import { formChanges, pageChanges, updateBetween } from "./between";
import { ChangeRefused, add, move, remove, update } from "./change";
import { describeChange } from "./describe";
import { invert, invertAll } from "./invert";
import { findPart } from "./parts";

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}

describe("apply", () => {
  it("adds a field at its place and leaves the former document alone", () => {
    const before = freeze(sampleDocument());
    const after = apply(before, add("Field", { id: "f_due", name: "due", field_type: { type: "Date" } }, { parent: "e_todo", index: 1 }));
    expect(after.entities?.[0]?.fields.map((field) => field.id)).toEqual(["f_label", "f_due", "f_status"]);
    expect(before.entities?.[0]?.fields).toHaveLength(2);
    expect(after.pages).toBe(before.pages);
  });

  it("reaches components at any depth and form fields by form and name", () => {
    const document = applyAll(freeze(sampleDocument()), [
      update("Component", "text", { set: { props: { text: "Hello" } } }),
      update("FormField", "todo_form/status", { set: { label: "State" }, unset: ["required"] }),
      move("Component", "grid", 0, "inner"),
    ]);
    expect(findPart(document, "Component", "grid")?.parent).toBe("inner");
    expect(findPart(document, "Component", "text")?.value.props).toEqual({ text: "Hello" });
    expect(document.forms?.[0]?.fields[1]?.label).toBe("State");
  });

  it("edits the model and its config, which have no target", () => {
    const document = applyAll(sampleDocument(), [
      update("Model", undefined, { set: { display_name: "Tasks" } }),
      update("Config", undefined, { set: { public: false }, unset: ["start_page"] }),
    ]);
    expect(document.display_name).toBe("Tasks");
    expect(document.config).toEqual({ public: false });
  });

  it.each([
    ["an unknown target", remove("Field", "nowhere")],
    ["an unknown parent", add("Field", { id: "x", name: "x" }, { parent: "nowhere" })],
    ["an id that is taken", add("Entity", { id: "e_todo", name: "again", fields: [] })],
    ["a field moved to another entity", move("Field", "f_label", 0, "e_tag")],
    ["a new key", update("Field", "f_label", { set: { key: "other" } })],
    ["a component moved into itself", move("Component", "box", 0, "inner")],
  ])("refuses %s", (_, change) => {
    expect(() => apply(sampleDocument(), change)).toThrow(ChangeRefused);
  });
});

describe("storage keys", () => {
  const label = (document: ModelDocument): unknown => findPart(document, "Field", "f_label")?.value;

  it("stay when a field is renamed, and go unwritten when it gets its first name back", () => {
    const renamed = apply(sampleDocument(), update("Field", "f_label", { set: { name: "title" } }));
    expect(label(renamed)).toMatchObject({ name: "title", key: "label" });
    expect(label(apply(renamed, update("Field", "f_label", { set: { name: "label" } })))).not.toHaveProperty("key");
  });

  it("are retired with their field and come back only when the removal is undone", () => {
    const before = sampleDocument();
    const removal = remove("Field", "f_label");
    const without = apply(before, removal);
    expect(without.entities?.[0]?.retired_keys).toEqual(["label"]);
    const again = apply(without, add("Field", { id: "f_new", name: "label", field_type: { type: "String" } }, { parent: "e_todo" }));
    expect(findPart(again, "Field", "f_new")?.value).toMatchObject({ key: "label_2" });
    expect(apply(without, invert(before, removal))).toEqual(before);
  });

  it("of an entity are retired in the model", () => {
    const without = apply(sampleDocument(), remove("Entity", "e_tag"));
    expect(without.retired_keys).toEqual(["tag"]);
    const again = apply(without, add("Entity", { id: "e_new", name: "tag", fields: [] }));
    expect(findPart(again, "Entity", "e_new")?.value).toMatchObject({ key: "tag_2" });
  });
});

describe("invert", () => {
  it("takes every sequence of random edits back exactly", () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const random = seeded(seed);
      const before = freeze(sampleDocument());
      let document = before;
      const made = [];
      for (let n = 0; n < 25; n += 1) {
        const change = randomChange(random, document);
        try {
          document = apply(document, change);
          made.push(change);
        } catch (error) {
          expect(error).toBeInstanceOf(ChangeRefused);
        }
      }
      const back = applyAll(freeze(document), invertAll(before, made));
      expect(sameJson(withoutEmpty(back), withoutEmpty(before)), `seed ${seed}`).toBe(true);
    }
  });

  it("undoes each random edit on its own", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const document = freeze(sampleDocument());
      const change = randomChange(seeded(seed * 31), document);
      try {
        const after = apply(document, change);
        expect(sameJson(withoutEmpty(apply(after, invert(document, change))), withoutEmpty(document)), JSON.stringify(change)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ChangeRefused);
      }
    }
  });
});

describe("changes between two states", () => {
  it("always lead from one page to the other", () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const random = seeded(seed);
      const document = sampleDocument();
      const page = document.pages?.[0] as Page;
      const wanted = shuffledPage(random, cloneJson(page));
      const after = applyAll(document, pageChanges(document, page.id, wanted));
      expect(sameJson(after.pages?.[0], wanted), `seed ${seed}`).toBe(true);
    }
  });

  it("name the one component that changed", () => {
    const document = sampleDocument();
    const wanted = cloneJson(document.pages?.[0] as Page);
    const grid = wanted.components?.[1]?.children?.[0];
    if (grid) grid.props = { entityType: "todo", columns: [{ field: "label" }] };
    expect(pageChanges(document, "start_page", wanted)).toEqual([
      { type: "UpdateComponent", target: "grid", set: { props: { entityType: "todo", columns: [{ field: "label" }] } } },
    ]);
  });

  it("always lead from one form to the other", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const document = sampleDocument();
      const form = document.forms?.[0] as Form;
      const fields = [...form.fields, { name: "due", field_type: "DatePicker" as const }]
        .sort(() => random() - 0.5)
        .filter(() => random() < 0.8)
        .map((field) => (random() < 0.4 ? { ...field, label: pick(random, ["A", "B"]) ?? "A" } : field));
      const wanted = { ...form, fields };
      const after = applyAll(document, formChanges(document, form.id, wanted));
      expect(sameJson(after.forms?.[0], wanted), `seed ${seed}`).toBe(true);
    }
  });

  it("say nothing when nothing differs", () => {
    expect(updateBetween("Entity", "e", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toEqual([]);
  });
});

describe("describeChange", () => {
  it("names parts as people know them", () => {
    const document = sampleDocument();
    expect(describeChange(update("Field", "f_label", { set: { name: "x" } }), document)).toBe("UpdateField todo.label");
    expect(describeChange(add("Field", { id: "f1", name: "due" }, { parent: "e_todo" }), document)).toBe("AddField todo.due");
    expect(describeChange(update("Component", "grid", { set: { props: {} } }), document)).toBe("UpdateComponent grid");
    expect(describeChange(update("Config", undefined, { set: { public: true } }))).toBe("UpdateConfig public");
    expect(describeChange(remove("Page", "gone"), document)).toBe("RemovePage gone");
  });
});

/** A list that became empty equals a list that was never there. */
function withoutEmpty(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, member: unknown) => (Array.isArray(member) && !member.length ? undefined : member)),
  );
}
