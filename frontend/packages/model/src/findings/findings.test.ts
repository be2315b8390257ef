import { describe, expect, it } from "vitest";
import { sampleDocument } from "../testing/fixtures";
import type { Finding } from "./findings";
import { countFindings, groupFindings, placeOf, sortFindings, worst } from "./findings";

const finding = (severity: Finding["severity"], pointer: string): Finding => ({ id: pointer, severity, pointer, message: "" });

describe("findings", () => {
  it("are counted and sorted with errors first", () => {
    const all = [finding("Info", "/a"), finding("Error", "/b"), finding("Warning", "/c"), finding("Error", "/a")];
    expect(countFindings(all)).toEqual({ errors: 2, warnings: 1, hints: 1 });
    expect(sortFindings(all).map(({ severity, pointer }) => severity + pointer)).toEqual(["Error/a", "Error/b", "Warning/c", "Info/a"]);
    expect(worst([])).toBeUndefined();
  });

  it("that say the same of many list members are said once, unless each has a fix of its own", () => {
    const all = [finding("Error", "/sample_data/order/0/x"), finding("Error", "/sample_data/order/1/x"), finding("Error", "/pages/0/x")];
    expect(groupFindings(all).map((group) => [group.finding.pointer, group.others.length])).toEqual([
      ["/pages/0/x", 0],
      ["/sample_data/order/0/x", 1],
    ]);
    const fixable = all.map((one) => ({ ...one, fix: { name: "Remove", changes: [] } }));
    expect(groupFindings(fixable)).toHaveLength(3);
  });

  it("lead to the part they are about", () => {
    const document = sampleDocument();
    expect(placeOf(document, "/entities/0/fields/1/validation")).toEqual({ kind: "entity", entity: "e_todo", field: "f_status" });
    expect(placeOf(document, "/entities/0/lifecycle_hooks/0/xflow")).toEqual({ kind: "entityPart", entity: "e_todo", tab: "hooks" });
    expect(placeOf(document, "/entities/0/ui_config/detail_view")).toEqual({ kind: "entityPart", entity: "e_todo", tab: "settings" });
    const checked = { ...document, entities: document.entities?.map((entity) => ({ ...entity, constraints: [{ type: "Check" as const, name: "long", expression: "x" }] })) };
    expect(placeOf(checked, "/entities/0/constraints/0/expression")).toEqual({ kind: "entityPart", entity: "e_todo", tab: "constraints", part: "e_todo/long" });
    expect(placeOf(document, "/relationships/0/cascade")).toEqual({ kind: "relationship", entity: "e_todo", relationship: "r_tags" });
    expect(placeOf(document, "/pages/1")).toEqual({ kind: "page", page: "second_page" });
    expect(placeOf(document, "/forms/0/fields/0")).toEqual({ kind: "form", form: "todo_form" });
    expect(placeOf(document, "/config/start_page")).toBeUndefined();
    expect(placeOf(document, "/entities/9")).toBeUndefined();
  });
});
