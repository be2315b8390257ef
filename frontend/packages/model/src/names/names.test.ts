import { describe, expect, it } from "vitest";
import type { Entity } from "../document/entity";
import { sampleDocument } from "../testing/fixtures";
import { entityNameProblem, fieldNameProblem, freeId, idProblem, readable, slugProblem, toName, toSlug } from "./names";

describe("names", () => {
  it("are proposed from what people write", () => {
    expect(toName("Größe der Bestellung (€)")).toBe("grosse_der_bestellung");
    expect(toName("2nd line")).toBe("n_2nd_line");
    expect(toSlug("  Customer & Orders ")).toBe("customer-orders");
    expect(readable("ship_to_name")).toBe("Ship to name");
  });

  it("are refused when reserved, taken or malformed", () => {
    const document = sampleDocument();
    const todo = document.entities?.[0] as Entity;
    expect(fieldNameProblem(todo, "label")).toBe("taken");
    expect(fieldNameProblem(todo, "label", "f_label")).toBeUndefined();
    expect(fieldNameProblem(todo, "version")).toBe("reserved");
    expect(fieldNameProblem(todo, "2nd")).toBe("form");
    expect(fieldNameProblem(todo, "")).toBe("empty");
    expect(entityNameProblem(document, "tag")).toBe("taken");
    expect(idProblem(document, "Page", "start_page")).toBe("taken");
    expect(idProblem(document, "Page", "a b")).toBe("form");
    expect(slugProblem("My App")).toBe("form");
    expect(slugProblem("my-app")).toBeUndefined();
  });

  it("get a number when the id is taken", () => {
    expect(freeId(sampleDocument(), "Page", "start_page")).toBe("start_page_2");
    expect(freeId(sampleDocument(), "Field", "due date")).toBe("due_date");
  });
});
