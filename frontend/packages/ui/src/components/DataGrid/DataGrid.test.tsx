import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { customerTitle, makeOrders, orderColumns } from "../../fixtures/orders";
import { TorqueProvider } from "../../theme/TorqueProvider";
import { DataGrid } from "./DataGrid";
import type { DataGridProps, GridView } from "./DataGrid.types";
import { phonePlaces } from "./PhoneCells";
import { columnTemplate } from "./template";

const view: GridView = { search: "", filters: [], sort: null, page: 0 };
const rows = makeOrders(5);

function draw(props: Partial<DataGridProps> = {}): DataGridProps {
  const all: DataGridProps = {
    noun: "orders",
    columns: orderColumns,
    view,
    onView: vi.fn(),
    data: { rows, total: 5, all: 8, durationMs: 4.2 },
    status: { name: "ready" },
    titleOf: customerTitle,
    ...props,
  };
  render(
    <TorqueProvider locale="en-GB">
      <DataGrid {...all} />
    </TorqueProvider>,
  );
  return all;
}

describe("DataGrid", () => {
  it("shows titles of references, labels of choices, amounts and a dash for nothing", () => {
    draw();
    const row = within(screen.getAllByRole("row")[1] as HTMLElement);
    for (const text of ["11077", "Rattlesnake Canyon Grocery", "Draft", "6 May 1998", "Yes", "1,255.72", "–"]) expect(row.getByText(text)).toBeTruthy();
  });

  it("closes with its measure", () => {
    draw();
    expect(screen.getByRole("status").textContent).toBe("5 of 8 orders · 4 ms");
  });

  it("asks for a column's order: up, down, its own again", async () => {
    const { onView } = draw({ view: { ...view, sort: { field: "total", order: "desc" } } });
    await userEvent.click(screen.getByRole("button", { name: "Total" }));
    expect(onView).toHaveBeenCalledWith(expect.objectContaining({ sort: null }));
    await userEvent.click(screen.getByRole("button", { name: "Status" }));
    expect(onView).toHaveBeenCalledWith(expect.objectContaining({ sort: { field: "status", order: "asc" }, page: 0 }));
  });

  it("opens a row by click and by Enter", async () => {
    const onOpen = vi.fn();
    draw({ onOpen });
    await userEvent.click(screen.getByText("11076"));
    (screen.getAllByRole("row")[1] as HTMLElement).focus();
    await userEvent.keyboard("{Enter}");
    expect(onOpen.mock.calls.map(([record]: { number: string }[]) => record?.number)).toEqual(["11076", "11077"]);
  });

  it("says that nothing matches and offers to clear", async () => {
    const { onView } = draw({ data: { rows: [], total: 0, all: 8, durationMs: 1 }, view: { ...view, search: "zebra" } });
    expect(screen.getByText("No orders match.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Clear search and filters" }));
    expect(onView).toHaveBeenCalledWith(expect.objectContaining({ search: "", filters: [] }));
  });

  it("keeps an error to itself and asks again", async () => {
    const onRetry = vi.fn();
    draw({ data: null, status: { name: "error", message: "The database does not answer.", code: "UNAVAILABLE" }, onRetry });
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(onRetry).toHaveBeenCalledTimes(1);
  });

  it("holds back what others added until it is asked for", async () => {
    const onShowWaiting = vi.fn();
    draw({ waiting: 3, onShowWaiting });
    await userEvent.click(screen.getByRole("button", { name: "3 new" }));
    expect(onShowWaiting).toHaveBeenCalledTimes(1);
  });

  it("draws only the rows in sight of a long list", () => {
    draw({ data: { rows: makeOrders(1000), total: 1000, all: 1000, durationMs: 4 } });
    expect(screen.getAllByRole("row").length).toBeLessThan(100);
  });

  it("shares the width in proportion and leaves room for actions", () => {
    expect(columnTemplate(orderColumns.slice(0, 2), true)).toEqual({ "--grid-columns": "minmax(90px, 90fr) minmax(220px, 220fr) 48px", "--grid-least": "358px" });
  });

  it("puts title and amount, state and number into the two lines of a phone", () => {
    const { title, amount, meta, date } = phonePlaces(orderColumns);
    expect([title, amount, ...meta, date].map((column) => column?.field)).toEqual(["customer", "total", "status", "number", "ordered"]);
  });
});
