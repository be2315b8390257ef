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
];

function Bar({ first = [] }: { first?: GridFilter[] }) {
  const [filters, setFilters] = useState(first);
  return (
    <TorqueProvider locale="en-GB">
      <FilterBar searchLabel="Search orders" search="" onSearch={() => undefined} fields={FIELDS} filters={filters} onFilters={setFilters} />
    </TorqueProvider>
  );
}

const chip = (label: string): HTMLElement => screen.getByRole("group", { name: `Filter on ${label}` });

describe("the filter bar", () => {
  it("takes a value by Enter and leaves the menu that added the filter closed", async () => {
    render(<Bar />);
    await userEvent.click(screen.getByRole("button", { name: "Filter" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Number" }));
    await userEvent.type(await screen.findByLabelText("Number"), "11{Enter}");
    expect(within(chip("Number")).getByText("11")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Filter" }).getAttribute("aria-expanded")).not.toBe("true");
  });

  it("keeps the focus when a filter goes", async () => {
    render(<Bar first={[{ field: "number", operator: "contains", value: "11" }]} />);
    await userEvent.click(within(chip("Number")).getByRole("button", { name: /Remove/ }));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Filter" })));
  });

  it("says what an address holds that is no number as it stands", () => {
    render(<Bar first={[{ field: "total", operator: "ge", value: "many" }]} />);
    expect(within(chip("Total")).getByText("many")).toBeTruthy();
  });
});
