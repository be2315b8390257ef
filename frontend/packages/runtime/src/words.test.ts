import { describe, expect, it, vi } from "vitest";
import { isFile, saveFile } from "./actions/download";
import { Titles, titleOfRecord } from "./data/titles";
import { plural, singular } from "./noun";

describe("words for records", () => {
  it.each([["Todo", "todos"], ["Category", "categories"], ["Box", "boxes"], ["Orders", "orders"], ["VAT rate", "VAT rates"],
    ["Person", "people"], ["Contact Person", "contact People"], ["Salesperson", "salespeople"], ["People", "people"], ["Child", "children"], ["Woman", "women"], ["Man", "men"], ["Craftsman", "craftsmen"], ["Human", "humans"],
    ["Mouse", "mice"], ["Shelf", "shelves"], ["Life", "lives"], ["Quiz", "quizzes"], ["Criterion", "criteria"], ["Analysis", "analyses"],
    ["Address", "addresses"], ["Status", "statuses"], ["Bus", "buses"], ["Sales", "sales"], ["News", "news"], ["Series", "series"], ["Equipment", "equipment"], ["Day", "days"]])("many %s are %s", (name, many) => {
    expect(plural(name, "en")).toBe(many);
  });

  it("German nouns keep their form", () => {
    expect(singular("Kunde", "de")).toBe("Kunde");
  });

  it("a record is called by its title field, else by what such fields are usually called, else by its id", () => {
    expect(titleOfRecord({ id: "1", number: 7, name: "Ada" }, "number")).toBe("7");
    expect(titleOfRecord({ id: "1", name: "Ada" }, "number")).toBe("Ada");
    expect(titleOfRecord({ id: "0190a000-0000" }, null)).toBe("0190a000");
  });

  it("titles tell their listeners only news", () => {
    const titles = new Titles("[]");
    const heard = vi.fn();
    titles.subscribe(heard);
    titles.learn("person", [{ id: "1", name: "Ada" }]);
    titles.learn("person", [{ id: "1", name: "Ada" }]);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(titles.of("person", "1")).toBe("Ada");
  });
});

describe("files of workflows", () => {
  it("are known by their three members and saved under their name", () => {
    const file = { filename: "todos.csv", content_type: "text/csv", content: "a,b" };
    expect(isFile(file)).toBe(true);
    expect(isFile({ message: "done" })).toBe(false);
    URL.createObjectURL = vi.fn(() => "blob:1");
    URL.revokeObjectURL = vi.fn();
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    saveFile(file);
    expect(click).toHaveBeenCalledTimes(1);
    click.mockRestore();
  });
});
