import { describe, expect, it } from "vitest";
import { searchCommands, type Command } from "./commands";

const command = (title: string, group: Command["group"], name?: string): Command => ({ id: title, title, group, name, run: () => {} });
const all = [
  command("Add field to Order", "commands"),
  command("Reorder everything", "goto"),
  command("Order", "goto", "order"),
  command("Customer", "goto", "customer"),
];

describe("searchCommands", () => {
  it("puts places before commands and beginnings of words before their middles", () => {
    expect(searchCommands(all, "order").map((match) => match.command.title)).toEqual(["Order", "Reorder everything", "Add field to Order"]);
  });

  it("shows commands only after >", () => {
    expect(searchCommands(all, ">ord").map((match) => match.command.title)).toEqual(["Add field to Order"]);
  });

  it("wants every word", () => {
    expect(searchCommands(all, "add order")).toHaveLength(1);
    expect(searchCommands(all, "customer order")).toHaveLength(0);
  });
});
