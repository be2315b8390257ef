import { expect, it } from "vitest";
import { applyAll } from "../change/apply";
import { add, remove, update, ChangeRefused } from "../change/change";
import { invertAll } from "../change/invert";
import { sampleDocument } from "../testing/fixtures";
import { labelsOf } from "./labels";

it("lists every text people read once, with the parts that say it", () => {
  const labels = labelsOf({
    format: "torque/1",
    name: "shop",
    display_name: "Shop",
    entities: [
      {
        id: "e",
        name: "order",
        display_name: "Order",
        fields: [{ id: "f", name: "state", display_name: "State", field_type: { type: "Enum", values: ["Open", { value: "done", label: "Done" }] }, validation: [{ type: "Required", message: "Choose one." }] }],
      },
    ],
    pages: [{ id: "p", name: "p", title: "Order", components: [{ id: "g", type: "DataGrid", props: { entityType: "order", columns: [{ field: "state", title: "How far" }, "state"] } }] }],
    forms: [{ id: "m", name: "m", entity_type: "order", fields: [{ name: "state", field_type: "Select", label: "State", help: "Where it stands." }] }],
  });
  expect(labels.map(({ text }) => text)).toEqual(["Shop", "Order", "State", "Choose one.", "Open", "Done", "How far", "m", "Where it stands."]);
  expect(labels.find(({ text }) => text === "Order")?.places).toEqual(["order", "p"]);
});

it("adds, edits and removes a language, and takes each of these back exactly", () => {
  const before = sampleDocument();
  const changes = [add("Locale", { id: "de", texts: { Todos: "Aufgaben" } }), update("Locale", "de", { set: { Tag: "Schild" }, unset: ["Todos"] })];
  const after = applyAll(before, changes);
  expect(after.locales).toEqual({ de: { Tag: "Schild" } });
  expect(applyAll(after, [remove("Locale", "de")]).locales).toEqual({});
  expect(applyAll(applyAll(after, [remove("Locale", "de")]), invertAll(after, [remove("Locale", "de")]))).toEqual(after);
  expect(applyAll(after, invertAll(before, changes)).locales).toEqual({});
  expect(() => applyAll(after, [add("Locale", { id: "de" })])).toThrow(ChangeRefused);
  expect(() => applyAll(before, [update("Locale", "de", { set: { Tag: "x" } })])).toThrow(ChangeRefused);
});
