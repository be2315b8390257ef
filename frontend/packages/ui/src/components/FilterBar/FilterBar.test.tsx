import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { TorqueProvider } from "../../theme/TorqueProvider";
import { FilterBar } from "./FilterBar";
import type { FilterField, GridFilter } from "./FilterBar.types";

const FIELDS: FilterField[] = [
  { name: "total", label: "Total", type: "Decimal" },
  { name: "number", label: "Number", type: "String" },
  { name: "note", label: "Note", type: "String", offered: false },
  { name: "status", label: "Status", type: "Enum", options: [{ value: "draft", label: "Draft" }, { value: "packed", label: "Packed" }, { value: "shipped", label: "Shipped" }] },
];

let shown: readonly GridFilter[] = [];

function Bar({ first = [] }: { first?: GridFilter[] }) {
  const [filters, setFilters] = useState(first);
  shown = filters;
  return (
    <TorqueProvider locale="en-GB">
      <FilterBar searchLabel="Search orders" search="" onSearch={() => undefined} fields={FIELDS} filters={filters} onFilters={setFilters} narrows={({ value }) => value !== "many"} />
    </TorqueProvider>
  );
}

const chip = (label: string): HTMLElement => screen.getByRole("group", { name: `Filter on ${label}` });

describe("the filter bar", () => {
  it("takes a value by Enter and leaves the menu that added the filter closed", async () => {
    render(<Bar />);
    await userEvent.click(screen.getByRole("button", { name: "Filter" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Number", hidden: true }));
    await userEvent.type(await screen.findByLabelText("Number"), "11{Enter}");
    expect(within(chip("Number")).getByText("11")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Filter" }).getAttribute("aria-expanded")).not.toBe("true");
  });

  it("keeps the focus when a filter goes", async () => {
    render(<Bar first={[{ field: "number", operator: "contains", value: "11" }]} />);
    await userEvent.click(within(chip("Number")).getByRole("button", { name: /Remove/ }));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Filter" })));
  });

  it("says what an address holds that is no number as it stands, and that it does nothing", () => {
    render(<Bar first={[{ field: "total", operator: "ge", value: "many" }, { field: "number", operator: "contains", value: "1" }, { field: "total", operator: "le", value: "" }]} />);
    const [many, empty] = screen.getAllByRole("group", { name: "Filter on Total" });
    expect(many?.textContent).toContain("manydoes nothing here");
    expect(chip("Number").textContent).not.toContain("does nothing here");
    expect(empty?.textContent).not.toContain("does nothing here");
  });

  it("shows what an address asks of a field that is not offered, and lets it go", async () => {
    render(<Bar first={[{ field: "note", operator: "contains", value: "urgent" }]} />);
    expect(within(chip("Note")).getByText("urgent")).toBeTruthy();
    await userEvent.click(within(chip("Note")).getByRole("button", { name: "Note" }));
    expect((await screen.findAllByRole("menuitemradio", { hidden: true })).map(({ textContent }) => textContent)).toEqual(["Total", "Number", "Note", "Status"]);
    await userEvent.keyboard("{Escape}");
    await userEvent.click(screen.getByRole("button", { name: "Filter" }));
    expect((await screen.findAllByRole("menuitem", { hidden: true })).map(({ textContent }) => textContent)).toEqual(["Total", "Number", "Status"]);
    await userEvent.keyboard("{Escape}");
    await userEvent.click(within(chip("Note")).getByRole("button", { name: /Remove/ }));
    expect(shown).toEqual([]);
  });

  it("says that a filter on what the list does not know does nothing, and lets it go", async () => {
    render(<Bar first={[{ field: "colour", operator: "in", value: "red~blue" }, { field: "number", operator: "eq", value: "11" }]} />);
    expect(chip("colour").textContent).toContain("red, blue");
    expect(chip("colour").textContent).toContain("does nothing here");
    await userEvent.click(within(chip("colour")).getByRole("button", { name: /Remove/ }));
    expect(shown.map(({ field }) => field)).toEqual(["number"]);
  });

  const ask = async (label: string, from: string, operator: string): Promise<void> => {
    await userEvent.click(within(chip(label)).getByRole("button", { name: from }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: operator, hidden: true }));
  };

  it("asks a number between two, in whatever order they were typed, by keyboard", async () => {
    render(<Bar first={[{ field: "total", operator: "ge", value: "20" }]} />);
    await ask("Total", "at least", "between");
    const to = await screen.findByLabelText("To");
    expect(screen.getByLabelText<HTMLInputElement>("From").value).toBe("20");
    await userEvent.type(to, "5{Enter}");
    expect(shown).toEqual([{ field: "total", operator: "between", value: "5~20" }]);
    expect(within(chip("Total")).getByText("5 – 20")).toBeTruthy();
  });

  it("asks for several choices, which the arrows and Enter take and give back", async () => {
    render(<Bar first={[{ field: "status", operator: "eq", value: "packed" }]} />);
    await ask("Status", "is", "is one of");
    await userEvent.click(within(chip("Status")).getByRole("button", { name: "Packed" }));
    const packed = await screen.findByRole("option", { name: "Packed", hidden: true });
    packed.focus();
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(screen.getByRole("option", { name: "Shipped", hidden: true }).getAttribute("aria-selected")).toBe("true");
    expect(within(chip("Status")).getByText("Packed, Shipped")).toBeTruthy();
    await userEvent.keyboard("{ArrowUp}{ArrowUp}{Enter}{ArrowDown}{Enter}");
    expect(shown).toEqual([{ field: "status", operator: "in", value: "shipped~draft" }]);
  });

  it("asks for what is empty without a value", async () => {
    render(<Bar first={[{ field: "number", operator: "contains", value: "11" }]} />);
    await ask("Number", "contains", "is empty");
    expect(within(chip("Number")).getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Number", "is empty", ""]);
    expect(shown).toEqual([{ field: "number", operator: "is_null", value: "" }]);
    await ask("Number", "is empty", "ends with");
    await userEvent.type(await screen.findByLabelText("Number"), "77{Enter}");
    expect(shown).toEqual([{ field: "number", operator: "ends_with", value: "77" }]);
  });

  it("gives the focus back to the part that was asked for when its value is left", async () => {
    render(<Bar first={[{ field: "number", operator: "is_null", value: "" }]} />);
    await ask("Number", "is empty", "ends with");
    expect(document.activeElement).toBe(await screen.findByLabelText("Number"));
    await userEvent.keyboard("{Escape}");
    expect(document.activeElement).toBe(within(chip("Number")).getByRole("button", { name: "ends with" }));
  });

  it("asks for several texts, one with each Enter", async () => {
    render(<Bar first={[{ field: "number", operator: "eq", value: "11" }]} />);
    await ask("Number", "is", "is none of");
    await userEvent.click(within(chip("Number")).getByRole("button", { name: "11" }));
    await userEvent.type(await screen.findByLabelText("Number", { selector: "input" }), "a~b{Enter}{Enter}");
    expect(within(chip("Number")).getByText("11, a~b")).toBeTruthy();
  });
});
