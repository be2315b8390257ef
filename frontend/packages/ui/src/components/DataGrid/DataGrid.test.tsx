import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { customerTitle, makeOrders, orderColumns } from "../../fixtures/orders";
import { TorqueProvider } from "../../theme/TorqueProvider";
import { DataGrid } from "./DataGrid";
import type { DataGridProps, GridColumnSpec, GridView } from "./DataGrid.types";
import { groupKey, itemsOf, nextRow } from "./groups";
import { movedColumn, orderColumns as inOrder, resizedColumn, shownColumns, toggledColumn, MODEL_LAYOUT } from "./layout";
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

  it("turns pages past the records that were counted, as long as more follow", async () => {
    const data = { rows, total: 10, totalIsEstimate: true, all: 100, durationMs: 4 };
    const { onView } = draw({ data: { ...data, more: true }, pageSize: 5, view: { ...view, page: 1 } });
    expect(screen.getByRole("status").textContent).toBe("10+ of 100 orders · 4 ms");
    await userEvent.click(screen.getByRole("button", { name: "Next page" }));
    expect(onView).toHaveBeenCalledWith(expect.objectContaining({ page: 2 }));
    cleanup();
    draw({ data: { ...data, more: false }, pageSize: 5, view: { ...view, page: 3 } });
    expect(screen.getByText("16 – 20")).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Next page" }).disabled).toBe(true);
  });

  it("says where pages end, and how to see the rest", () => {
    const data = { rows, total: 250_000, all: 250_000, durationMs: 4 };
    draw({ data, pageSize: 5, view: { ...view, page: 19_999 } });
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Next page" }).disabled).toBe(false);
    expect(screen.queryByText(/^Pages end here/)).toBeNull();
    cleanup();
    draw({ data, pageSize: 5, view: { ...view, page: 20_000 } });
    expect(screen.getByText("100,001 – 100,005")).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Next page" }).disabled).toBe(true);
    expect(screen.getByRole("status").textContent).toContain("Pages end here. Search, filter or sort to see the rest.");
  });

  it("closes with the sums of its amounts, under their titles", () => {
    draw({ sums: { total: 142132.31 } });
    expect(screen.getByText("Total", { selector: "span:has(b)" }).textContent).toBe("Total 142,132.31");
  });

  it("puts rows under the headings of their groups and folds them away", async () => {
    const byStatus = rows.toSorted((a, b) => String(a.status).localeCompare(String(b.status)));
    const first = byStatus[0]?.status;
    const many = byStatus.filter(({ status }) => status === first).length;
    draw({ data: { rows: byStatus, total: 5, all: 5, durationMs: 1 }, view: { ...view, group: "status" }, groups: new Map([[groupKey(first), { count: 41, sums: { total: 1999.5 } }]]) });
    const [heading] = screen.getAllByRole("button", { name: /^Status: / });
    const group = heading?.closest<HTMLElement>("[role=row]");
    expect(group?.textContent).toContain("41");
    expect(within(group as HTMLElement).getByText("1,999.50")).toBeTruthy();
    const before = screen.getAllByRole("row").length;
    await userEvent.click(heading as HTMLElement);
    expect(screen.getAllByRole("row").length).toBe(before - many);
  });

  it("remembers how close the rows stand", async () => {
    draw({ onLayout: vi.fn() });
    await userEvent.click(screen.getByRole("button", { name: "Density" }));
    await userEvent.click(await screen.findByRole("menuitemradio", { name: "Compact", hidden: true }));
    expect(screen.getByRole("region", { name: "orders" }).dataset.density).toBe("compact");
    expect(localStorage.getItem("torque-grid-density")).toBe("compact");
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

  it("gives the focus to the next row when the row that has it goes by its own menu", async () => {
    function Deletable() {
      const [left, setLeft] = useState(rows);
      const remove = { id: "delete", label: "Delete", run: ({ id }: { id: string }) => setLeft((before) => before.filter((row) => row.id !== id)) };
      return (
        <TorqueProvider locale="en-GB">
          <DataGrid noun="orders" columns={orderColumns} view={view} onView={vi.fn()} data={{ rows: left, total: left.length, all: 8, durationMs: 1 }} status={{ name: "ready" }} rowActions={[remove]} />
        </TorqueProvider>
      );
    }
    render(<Deletable />);
    const [, , second] = screen.getAllByRole("row");
    await userEvent.click(within(second as HTMLElement).getByRole("button", { name: "Actions" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Delete" }));
    expect(screen.queryByText("11076")).toBeNull();
    const next = screen.getAllByRole("row")[2] as HTMLElement;
    expect(within(next).getByText("11075")).toBeTruthy();
    expect(document.activeElement).toBe(next);
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
    expect(columnTemplate(orderColumns.slice(0, 2), { actions: true })).toMatchObject({ "--grid-columns": "minmax(90px, 90fr) minmax(220px, 220fr) 48px", "--grid-least": "358px" });
  });

  it("puts title and amount, state and number into the two lines of a phone", () => {
    const { title, amount, meta, date } = phonePlaces(orderColumns);
    expect([title, amount, ...meta, date].map((column) => column?.field)).toEqual(["customer", "total", "status", "number", "ordered"]);
  });
});

describe("a row on a phone", () => {
  const column = (field: string, type: GridColumnSpec["type"], width?: number): GridColumnSpec => ({ field, title: field, type, width });
  const places = (...columns: GridColumnSpec[]) => {
    const { title, amount, meta, date } = phonePlaces(columns);
    return [title, amount, ...meta, date].map((one) => one?.field);
  };

  it("is called by its own name where its first column has room for one, not by what it refers to", () => {
    expect(places(column("name", "String"), column("id", "Integer"), column("album", "Reference"), column("genre", "Reference"), column("price", "Decimal"))).toEqual(["name", "price", "album", undefined]);
  });

  it("says its number, by which alone some rows differ", () => {
    expect(places(column("number", "Integer"), column("customer", "Reference"), column("employee", "Reference"), column("freight", "Decimal"), column("ordered", "Date"))).toEqual(["customer", "freight", "number", "ordered"]);
  });
});

describe("rows chosen together", () => {
  const run = vi.fn();
  const apply = vi.fn(() => Promise.resolve([]));
  const bulkActions: DataGridProps["bulkActions"] = [
    { id: "status", label: "Set status", field: { name: "status", label: "Status", type: "Enum", options: [{ value: "shipped", label: "Shipped" }] }, apply },
    { id: "delete", label: "Delete", danger: true, run },
  ];
  const checkbox = (name: string) => screen.getByRole("checkbox", { name });
  const selected = () => screen.getAllByRole("row").filter((row) => row.getAttribute("aria-selected") === "true").length;

  it("are told by their boxes, the header's and the bar, and opened by none of them", async () => {
    const onOpen = vi.fn();
    draw({ bulkActions, onOpen });
    expect(screen.queryByRole("toolbar")).toBeNull();
    await userEvent.click(checkbox("Select 11076"));
    expect(checkbox("Select all rows of this page")).toHaveProperty("indeterminate", true);
    await userEvent.click(checkbox("Select 11074"));
    expect(within(screen.getByRole("toolbar", { name: "Selected rows" })).getByText("2 selected")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    expect(run).toHaveBeenCalledExactlyOnceWith([rows[1]?.id, rows[3]?.id]);
    expect(screen.queryByRole("toolbar")).toBeNull();
    expect(onOpen).not.toHaveBeenCalled();
  });

  it("are chosen with the keyboard alone, and let go with Escape", async () => {
    draw({ bulkActions });
    (screen.getAllByRole("row")[1] as HTMLElement).focus();
    await userEvent.keyboard(" ");
    expect(selected()).toBe(1);
    await userEvent.keyboard("{Shift>}{ArrowDown}{/Shift}");
    expect(selected()).toBe(2);
    await userEvent.keyboard("{Control>}a{/Control}");
    expect(selected()).toBe(5);
    await userEvent.keyboard("{Escape}");
    expect(selected()).toBe(0);
  });

  it("are everything between two of them with Shift", async () => {
    draw({ bulkActions });
    await userEvent.click(checkbox("Select 11077"));
    fireEvent.click(checkbox("Select 11074"), { shiftKey: true });
    expect(selected()).toBe(4);
  });

  function Deletable({ size = 5 }: { size?: number }) {
    const [left, setLeft] = useState(rows.slice(0, size));
    const remove = (ids: readonly string[]): void => setLeft((before) => before.filter(({ id }) => !ids.includes(id)));
    const field = { name: "status", label: "Status", type: "Enum" as const, options: [{ value: "shipped", label: "Shipped" }] };
    const actions = [{ id: "status", label: "Set status", field, apply: () => Promise.resolve([]) }, { id: "delete", label: "Delete", run: remove }];
    return (
      <TorqueProvider locale="en-GB">
        <DataGrid noun="orders" columns={orderColumns} view={view} onView={vi.fn()} data={{ rows: left, total: left.length, all: 5, durationMs: 1 }} status={{ name: "ready" }} bulkActions={actions} />
      </TorqueProvider>
    );
  }
  const focusedRow = (): string | null | undefined => (document.activeElement?.getAttribute("role") === "row" ? document.activeElement.textContent : null);

  it("leave the focus to the row that takes their place, or that they were", async () => {
    render(<Deletable />);
    await userEvent.click(checkbox("Select 11076"));
    await userEvent.click(checkbox("Select 11074"));
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    expect(focusedRow()).toContain("11075");
    await userEvent.click(checkbox("Select 11073"));
    await userEvent.click(screen.getByRole("button", { name: "Clear" }));
    expect(focusedRow()).toContain("11073");
    await userEvent.click(checkbox("Select 11073"));
    await userEvent.click(screen.getByRole("button", { name: "Set status" }));
    await userEvent.click(screen.getByRole("option", { name: "Shipped", hidden: true }));
    await waitFor(() => expect(focusedRow()).toContain("11073"));
  });

  it("leave the focus to the list when none is left", async () => {
    render(<Deletable size={2} />);
    await userEvent.click(checkbox("Select all rows of this page"));
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    expect(screen.getByText("There are no orders yet.")).toBeTruthy();
    expect(document.activeElement).not.toBe(document.body);
  });

  it("get one value of a field", async () => {
    draw({ bulkActions });
    await userEvent.click(checkbox("Select all rows of this page"));
    await userEvent.click(screen.getByRole("button", { name: "Set status" }));
    await userEvent.click(screen.getByRole("option", { name: "Shipped", hidden: true }));
    expect(apply).toHaveBeenCalledExactlyOnceWith(rows.map(({ id }) => id), "shipped");
  });

  it("stay chosen where the value was refused, until it is not", async () => {
    const refuse = vi.fn().mockResolvedValueOnce([rows[1]?.id, rows[3]?.id]).mockResolvedValueOnce([]);
    draw({ bulkActions: [{ id: "status", label: "Set status", field: { name: "status", label: "Status", type: "Enum", options: [{ value: "shipped", label: "Shipped" }] }, apply: refuse }] });
    const ship = async () => {
      await userEvent.click(screen.getByRole("button", { name: "Set status" }));
      await userEvent.click(screen.getByRole("option", { name: "Shipped", hidden: true }));
    };
    await userEvent.click(checkbox("Select all rows of this page"));
    await ship();
    expect(await within(screen.getByRole("toolbar", { name: "Selected rows" })).findByText("2 selected")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Set status" }));
    expect([checkbox("Select 11076"), checkbox("Select 11074"), checkbox("Select 11077")].map((box) => (box as HTMLInputElement).checked)).toEqual([true, true, false]);
    await ship();
    await waitFor(() => expect(screen.queryByRole("toolbar")).toBeNull());
    expect(refuse).toHaveBeenLastCalledWith([rows[1]?.id, rows[3]?.id], "shipped");
    expect(focusedRow()).toContain("11076");
  });

  it("are not offered where nothing could be done with them", () => {
    draw();
    expect(screen.queryByRole("checkbox")).toBeNull();
  });
});

describe("the columns", () => {
  const fields = (columns: readonly { field: string }[]) => columns.map(({ field }) => field);
  const all = fields(orderColumns);

  it("are hidden, moved and drawn wider as the reader likes", () => {
    const moved = movedColumn(orderColumns, MODEL_LAYOUT, "status", -2);
    expect(fields(shownColumns(orderColumns, moved)).slice(0, 3)).toEqual(["status", "number", "customer"]);
    const hidden = toggledColumn(moved, "customer");
    expect(fields(shownColumns(orderColumns, hidden))).not.toContain("customer");
    expect(fields(shownColumns(orderColumns, toggledColumn(hidden, "customer")))).toContain("customer");
    expect(columnTemplate(orderColumns.slice(0, 2), {}, resizedColumn(MODEL_LAYOUT, "number", 130))).toMatchObject({ "--grid-columns": "130px minmax(220px, 220fr)" });
  });

  it("that the model has got since stand in their own place, and those that are gone are forgotten", () => {
    expect(fields(inOrder(orderColumns, { ...MODEL_LAYOUT, order: ["gone", "customer", "number"] })).slice(0, 2)).toEqual(["customer", "number"]);
    expect(fields(inOrder(orderColumns, { ...MODEL_LAYOUT, order: all.filter((field) => field !== "status") }))).toEqual(all);
    expect(shownColumns(orderColumns, { ...MODEL_LAYOUT, hidden: all })).toHaveLength(1);
  });

  it("are arranged in a menu, without a mouse", async () => {
    const onLayout = vi.fn();
    draw({ onLayout });
    await userEvent.click(screen.getByRole("button", { name: "Columns" }));
    const menu = within(screen.getByRole("dialog", { hidden: true }));
    await userEvent.click(menu.getByRole("checkbox", { name: "Customer", hidden: true }));
    expect(onLayout).toHaveBeenLastCalledWith(expect.objectContaining({ hidden: ["customer"] }));
    await userEvent.click(menu.getByRole("button", { name: "Move Customer forward", hidden: true }));
    expect(onLayout).toHaveBeenLastCalledWith(expect.objectContaining({ order: ["customer", ...all.filter((field) => field !== "customer")] }));
    await userEvent.click(menu.getByRole("button", { name: "Make Customer wider", hidden: true }));
    expect(onLayout).toHaveBeenLastCalledWith(expect.objectContaining({ widths: { customer: 240 } }));
  });
});

describe("groups", () => {
  const four = rows.slice(0, 4).map((row, index) => ({ ...row, status: index < 2 ? "draft" : null }));

  it("begin where the value changes, and hide what is folded away", () => {
    const kinds = (closed: string[]) => itemsOf(four, "status", new Set(closed)).map(({ kind }) => kind[0]).join("");
    expect([kinds([]), kinds([groupKey("draft")]), kinds([groupKey(null)])]).toEqual(["grrgrr", "ggrr", "grrg"]);
    expect(itemsOf(four, null, new Set()).every(({ kind }) => kind === "row")).toBe(true);
  });

  it("are stepped over by the arrows", () => {
    const items = itemsOf(four, "status", new Set([groupKey("draft")]));
    expect([nextRow(items, 2, 1), nextRow(items, 2, 3), nextRow(items, 3, 4), nextRow(items, 0, 0)]).toEqual([2, 3, 3, 2]);
  });
});
