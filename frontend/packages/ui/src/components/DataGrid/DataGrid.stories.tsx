import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState } from "react";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { customerTitle, findCustomers, makeOrders, orderColumns } from "../../fixtures/orders";
import { IconPencil, IconTrash } from "../../icons/tabler";
import { Button } from "../Button/Button";
import { DataGrid } from "./DataGrid";
import type { DataGridProps, GridView } from "./DataGrid.types";

const rows = makeOrders(20);
const plainView: GridView = { search: "", filters: [], sort: { field: "ordered", order: "desc" }, page: 0 };

function Grid(props: DataGridProps) {
  const [view, setView] = useState(props.view);
  return (
    <div style={{ display: "flex", blockSize: "100vh" }}>
      <DataGrid {...props} view={view} onView={setView} />
    </div>
  );
}

const meta: Meta<typeof DataGrid> = {
  title: "Data/DataGrid",
  component: DataGrid,
  render: (args) => <Grid {...args} />,
  args: {
    noun: "orders",
    columns: orderColumns,
    view: plainView,
    onView: () => {},
    data: { rows, total: 20, all: 20, durationMs: 4 },
    status: { name: "ready" },
    titleOf: customerTitle,
    findReferences: findCustomers,
    onOpen: () => {},
    fill: true,
    rowActions: [
      { id: "edit", label: "Edit", icon: <IconPencil aria-hidden />, run: () => {} },
      { id: "delete", label: "Delete", icon: <IconTrash aria-hidden />, danger: true, run: () => {} },
    ],
  },
};

export default meta;
type Story = StoryObj<typeof DataGrid>;

export const Ready: Story = {};
export const Dark: Story = { globals: { scheme: "dark" } };
export const German: Story = { globals: { locale: "de-DE" } };

const byStatus = rows.toSorted((one, other) => String(one.status).localeCompare(String(other.status)));

export const Grouped: Story = {
  args: {
    view: { ...plainView, group: "status" },
    onLayout: () => {},
    data: { rows: byStatus, total: 20, all: 20, durationMs: 4 },
    sums: { total: 25310.4 },
    groups: new Map(byStatus.map(({ status }) => [JSON.stringify(status), { count: byStatus.filter((row) => row.status === status).length, sums: { total: 5062.08 } }])),
  },
};
export const GroupedDark: Story = { ...Grouped, globals: { scheme: "dark" } };

export const Filtered: Story = {
  args: {
    view: { ...plainView, filters: [{ field: "ordered", operator: "ge", value: "1998-04-01" }, { field: "status", operator: "ne", value: "cancelled" }] },
    data: { rows, total: 88, all: 830, durationMs: 8 },
    pageSize: 20,
  },
};

export const AddsAFilter: Story = {
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "Filter" }));
    await userEvent.click(await within(document.body).findByRole("menuitem", { name: "Status" }));
    await expect(await canvas.findByRole("group", { name: "Filter on Status" })).toBeVisible();
  },
};

export const SortsByAColumn: Story = {
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "Total" }));
    await expect(canvas.getByRole("columnheader", { name: "Total" })).toHaveAttribute("aria-sort", "ascending");
  },
};

export const WalksWithTheKeyboard: Story = {
  play: async ({ canvasElement }) => {
    const [, first, second] = within(canvasElement).getAllByRole("row");
    first?.focus();
    await userEvent.keyboard("{ArrowDown}");
    await waitFor(() => expect(second).toHaveFocus());
  },
};

const bulkActions: DataGridProps["bulkActions"] = [
  { id: "status", label: "Set status", icon: <IconPencil aria-hidden />, field: { name: "status", label: "Status", type: "Enum", options: orderColumns.find(({ field }) => field === "status")?.options }, apply: () => Promise.resolve([]) },
  { id: "delete", label: "Delete", icon: <IconTrash aria-hidden />, danger: true, run: () => {} },
];

export const Chosen: Story = {
  args: { bulkActions },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("checkbox", { name: "Select 11074" }));
    await userEvent.click(canvas.getByRole("checkbox", { name: "Select 11073" }));
    await expect(canvas.getByRole("toolbar", { name: "Selected rows" })).toBeVisible();
  },
};
export const ChosenDark: Story = { ...Chosen, globals: { scheme: "dark" } };

export const ChosenOnAPhone: Story = {
  args: { bulkActions },
  globals: { viewport: { value: "phone" } },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    canvas.getAllByRole("row").find((row) => row.dataset.index === "1")?.focus();
    await userEvent.keyboard(" ");
    await expect(canvas.getByRole("toolbar", { name: "Selected rows" })).toBeVisible();
  },
};

export const ArrangesColumns: Story = {
  args: { layout: { order: ["status", "number"], hidden: ["paid"], widths: { number: 140 } }, onLayout: () => {} },
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Columns" }));
    await waitFor(() => expect(within(document.body).getByRole("button", { name: "As in the page" })).toBeVisible());
  },
};

export const Open: Story = { args: { openId: rows[2]?.id } };
export const ChangedByOthers: Story = {
  args: { changed: new Map([[rows[1]?.id ?? "", ["status", "shipped"]]]), live: "11076 set to Shipped by Laura Callahan, just now", waiting: 3 },
};
export const Loading: Story = { args: { data: null, status: { name: "loading" } } };
export const Refreshing: Story = { args: { status: { name: "refreshing" } } };
export const Empty: Story = { args: { data: { rows: [], total: 0, all: 0, durationMs: 2 }, emptyActions: <Button>New order</Button> } };
export const EmptyByFilter: Story = { args: { view: { ...plainView, search: "zebra" }, data: { rows: [], total: 0, all: 830, durationMs: 3 } } };
export const Failed: Story = { args: { data: null, status: { name: "error", message: "The database does not answer.", code: "UNAVAILABLE" }, onRetry: () => {} } };
export const ThousandRows: Story = { args: { data: { rows: makeOrders(1000), total: 41208, totalIsEstimate: true, all: 1_000_000, durationMs: 9 }, pageSize: 1000 } };
export const ManyPages: Story = { args: { data: { rows, total: 830, all: 830, durationMs: 6 }, pageSize: 20, view: { ...plainView, page: 3 } } };
export const AmongOthers: Story = { args: { fill: false, title: "Open orders by required date", filtering: false } };
export const SortedOnAPhone: Story = {
  globals: { viewport: { value: "phone" } },
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: /^Sort/ }));
    await userEvent.click(await within(document.body).findByRole("menuitem", { name: "Total" }));
    await expect(await within(canvasElement).findByRole("button", { name: "Sorted by Total" })).toBeInTheDocument();
  },
};
export const Phone: Story = { ...Filtered, globals: { viewport: { value: "phone" } } };
export const PhoneDark: Story = { ...Filtered, globals: { viewport: { value: "phone" }, scheme: "dark" } };
