import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { useMemo } from "react";
import { expect, userEvent, within } from "storybook/test";
import { fixtureClient, metadata, type FixtureMode } from "../fixtures/server";
import { RuntimeProvider } from "../RuntimeProvider";
import { ExportDrawer } from "./ExportDrawer";
import { ImportDrawer } from "./ImportDrawer";

type StoryProps = { drawer: "import" | "export"; mode?: FixtureMode };

const query = { entityType: "todo", filters: { status: "open" }, sortBy: "label" };
const address = { params: new URLSearchParams(), goTo: () => {}, set: () => {} };

function Opened({ drawer, mode = "works" }: StoryProps) {
  const client = useMemo(() => fixtureClient(mode), [mode]);
  const cache = useMemo(() => new QueryClient({ defaultOptions: { queries: { retry: false } } }), []);
  return (
    <QueryClientProvider client={cache}>
      <RuntimeProvider client={client} metadata={metadata} address={address}>
        {drawer === "import" ? (
          <ImportDrawer entityType="todo" onClose={() => {}} />
        ) : (
          <ExportDrawer entityType="todo" onClose={() => {}} query={query} everything={{ entityType: "todo" }} pagination={{ page: 0, limit: 50, total: 88, totalPages: 2 }} all={830} shown={["label", "status"]} />
        )}
      </RuntimeProvider>
    </QueryClientProvider>
  );
}

const meta: Meta<StoryProps> = { title: "Runtime/Exchange", render: (args) => <Opened {...args} />, args: { drawer: "import" } };

export default meta;
type Story = StoryObj<StoryProps>;

const body = () => within(document.body);
const todos = (name = "todos.csv"): File => new File(["Task,State\nOil the gate,open\n"], name);

async function choose(file: File): Promise<void> {
  await userEvent.upload(await body().findByLabelText(/Choose a file/), file, { applyAccept: false });
}

async function check(): Promise<void> {
  await choose(todos());
  await userEvent.click(await body().findByRole("button", { name: "Check" }));
}

export const File1: Story = { name: "Choosing a file", play: async () => expect(await body().findByLabelText(/Choose a file/)).toHaveFocus() };
export const UnknownFormat: Story = {
  play: async () => {
    await choose(todos("todos.pdf"));
    await expect(await body().findByText("Choose a CSV, JSON, NDJSON or Excel file.")).toBeVisible();
  },
};
export const Columns: Story = {
  play: async () => {
    await choose(todos());
    await expect(await body().findByRole("combobox", { name: "Field for Task" })).toHaveValue("Task");
    await expect(body().getByText(/No column goes into Status/)).toBeVisible();
  },
};
export const ColumnsDark: Story = { ...Columns, globals: { scheme: "dark" } };
export const ColumnsOnAPhone: Story = { ...Columns, globals: { viewport: { value: "phone" } } };
export const TwoColumnsIntoOneField: Story = {
  play: async () => {
    await choose(todos());
    await userEvent.click(await body().findByRole("combobox", { name: "Field for State" }));
    await userEvent.click(await body().findByRole("option", { name: "Task" }));
    await userEvent.click(body().getByRole("button", { name: "Check" }));
    await expect(await body().findByText("Two columns go into one field")).toBeVisible();
  },
};
export const EverythingFits: Story = {
  play: async () => {
    await check();
    await expect(await body().findByText("All 1,204 rows fit.")).toBeVisible();
    await expect(body().getByRole("dialog")).toContainElement(document.activeElement as HTMLElement);
  },
};
export const SomeRowsDoNotFit: Story = {
  args: { mode: "unfit" },
  play: async () => {
    await check();
    await expect(await body().findByText("Status is open or closed, not 'later'")).toBeVisible();
    await expect(body().getByRole("button", { name: "Leave them out and import 1,202" })).toBeVisible();
  },
};
export const SomeRowsDoNotFitDark: Story = { ...SomeRowsDoNotFit, globals: { scheme: "dark" } };
export const Imported: Story = {
  play: async () => {
    await check();
    await userEvent.click(await body().findByRole("button", { name: "Import 1,204 rows" }));
    await expect(await body().findByText("Imported 1,204 rows.")).toBeVisible();
    await expect(body().getByRole("button", { name: "Show todos" })).toBeVisible();
  },
};
export const AsksBeforeItStops: Story = {
  args: { mode: "hangs" },
  play: async () => {
    await check();
    await userEvent.click(await body().findByRole("button", { name: "Import 1,204 rows" }));
    await body().findByRole("progressbar");
    await userEvent.keyboard("{Escape}");
    await userEvent.click(within(await body().findByRole("dialog", { name: "Stop this import?" })).getByRole("button", { name: "Stop" }));
    await expect(await body().findByText(/^Stopped/, {}, { timeout: 10_000 })).toBeVisible();
  },
};
export const Export: Story = {
  args: { drawer: "export" },
  play: async () => {
    await userEvent.click(await body().findByRole("button", { name: "All fields" }));
    await expect(body().getByRole("checkbox", { name: "Owner" })).toBeChecked();
    await expect(body().getByRole("radio", { name: "The 88 that match, in this order" })).toBeChecked();
  },
};
export const ExportDark: Story = { ...Export, globals: { scheme: "dark" } };
