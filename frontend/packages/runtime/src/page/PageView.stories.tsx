import type { Page } from "@torque/protocol";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { useMemo, useState } from "react";
import { expect, userEvent, waitFor, within } from "storybook/test";
import type { Address } from "../context";
import { fixtureClient, metadata, pages, type FixtureMode } from "../fixtures/server";
import { RuntimeProvider } from "../RuntimeProvider";
import { PageView } from "./PageView";

/** Code of components is loaded when a page first shows them. */
const PATIENCE = { timeout: 10_000 };

type StoryProps = { page: Page; mode?: FixtureMode; address?: string };

/** A page with its state in memory instead of the browser's address. */
function InMemory({ page, mode = "works", address: start = "" }: StoryProps) {
  const [params, setParams] = useState(() => new URLSearchParams(start));
  const client = useMemo(() => fixtureClient(mode), [mode]);
  const cache = useMemo(() => new QueryClient({ defaultOptions: { queries: { retry: false } } }), []);
  const address = useMemo<Address>(
    () => ({
      params,
      goTo: () => {},
      set: (changes) =>
        setParams((before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            after.delete(name);
            [value ?? []].flat().forEach((one) => after.append(name, one));
          }
          return after;
        }),
    }),
    [params],
  );
  return (
    <QueryClientProvider client={cache}>
      <RuntimeProvider client={client} metadata={metadata} address={address}>
        <main style={{ display: "flex", flexDirection: "column", blockSize: "100vh" }}>
          <PageView page={page} />
        </main>
      </RuntimeProvider>
    </QueryClientProvider>
  );
}

const meta: Meta<StoryProps> = { title: "Runtime/Page", render: (args) => <InMemory {...args} />, args: { page: pages.list } };

export default meta;
type Story = StoryObj<StoryProps>;

export const List: Story = {
  play: async ({ canvasElement }) => {
    await expect(await within(canvasElement).findByText("Water the plants", {}, PATIENCE)).toBeVisible();
  },
};
/** An old address names a page that is not there any more. */
export const BeyondTheLastPage: Story = { ...List, args: { address: "page=99" } };
export const ListDark: Story = { ...List, globals: { scheme: "dark" } };
export const EmptyList: Story = { args: { mode: "empty" } };
export const FailedList: Story = { args: { mode: "fails" } };
export const Dashboard: Story = { args: { page: pages.dashboard } };
export const FormInThePage: Story = { args: { page: pages.form } };
export const WithoutContent: Story = { args: { page: pages.empty } };
export const UnknownComponent: Story = { args: { page: pages.unknown } };

export const NewRecord: Story = {
  play: async ({ canvasElement }) => {
    await userEvent.click(await within(canvasElement).findByRole("button", { name: "New Todo" }, PATIENCE));
    await expect(await within(document.body).findByRole("form", { name: "Todo Form" }, PATIENCE)).toBeInTheDocument();
  },
};

export const OpenRecord: Story = { args: { address: "form=todo_form&record=0190a000-0000-7000-8000-000000000103" } };
export const HistoryOfARecord: Story = {
  args: { address: "form=todo_form&record=0190a000-0000-7000-8000-000000000103&history=1" },
  play: async () => {
    const body = within(document.body);
    const history = within(await body.findByRole("dialog", { name: "History of Water the plants" }, PATIENCE));
    await expect(await history.findByText("As it is now", {}, PATIENCE)).toBeVisible();
    await expect(history.getAllByRole("button", { name: /^Restore what it was/ })).toHaveLength(2);
    await expect(history.getByText("Water plants", { selector: "del" })).toBeVisible();
    await userEvent.keyboard("{Escape}");
    await expect(body.queryByRole("dialog", { name: "History of Water the plants" })).toBeNull();
    await expect(await body.findByRole("form", { name: "Todo Form" }, PATIENCE)).toBeVisible();
    await userEvent.click(body.getByRole("button", { name: "History" }));
    await userEvent.click((await body.findAllByRole("button", { name: /^Restore what it was/ }, PATIENCE))[0] as HTMLElement);
    await expect(await body.findByText(/^Restored as of 19 Nov 2026/, {}, PATIENCE)).toBeVisible();
  },
};
export const HistoryOfARecordDark: Story = { args: HistoryOfARecord.args, globals: { scheme: "dark" } };
export const HistoryOfARecordOnAPhone: Story = { args: HistoryOfARecord.args, globals: { viewport: { value: "phone" } } };
export const RecordThatFails: Story = { args: { address: "form=todo_form&record=x", mode: "fails" } };

export const OpensADialog: Story = {
  args: { page: pages.dialog },
  play: async ({ canvasElement }) => {
    await userEvent.click(await within(canvasElement).findByRole("button", { name: "How it works" }, PATIENCE));
    await expect(await within(document.body).findByText("Add, do, close.", {}, PATIENCE)).toBeInTheDocument();
  },
};

export const DeletesWithUndo: Story = {
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await canvas.findByText("Water the plants", {}, PATIENCE);
    await userEvent.click(canvas.getAllByRole("button", { name: "Actions" })[3] as HTMLElement);
    await userEvent.click(await within(document.body).findByRole("menuitem", { name: "Delete" }, PATIENCE));
    await expect(canvas.queryByText("Water the plants")).toBeNull();
    await userEvent.click(await within(document.body).findByRole("button", { name: "Undo" }, PATIENCE));
    await expect(await canvas.findByText("Water the plants", {}, PATIENCE)).toBeVisible();
  },
};

export const DeletesSeveralWithUndo: Story = {
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await canvas.findByText("Water the plants", {}, PATIENCE);
    await userEvent.click(canvas.getByRole("checkbox", { name: "Select Water the plants" }));
    await userEvent.click(canvas.getByRole("checkbox", { name: "Select Buy groceries" }));
    const bar = within(await canvas.findByRole("toolbar", { name: "Selected rows" }));
    await expect(bar.getByRole("button", { name: "Set status" })).toBeVisible();
    await userEvent.click(bar.getByRole("button", { name: "Delete" }));
    await expect(canvas.queryByText("Buy groceries")).toBeNull();
    await userEvent.click(await within(document.body).findByRole("button", { name: "Undo" }, PATIENCE));
    await expect(await canvas.findByText("Buy groceries", {}, PATIENCE)).toBeVisible();
    await expect(canvas.getByText("Water the plants")).toBeVisible();
  },
};

const title = { name: "Deleted todos" };

export const Deleted: Story = {
  args: { address: "deleted=todo", mode: "unfit" },
  play: async ({ canvas }) => {
    const body = within(document.body);
    await expect(await canvas.findByRole("heading", title, PATIENCE)).toBeVisible();
    await expect(await canvas.findByText("Oil the gate", {}, PATIENCE)).toBeVisible();
    await userEvent.click(canvas.getByRole("button", { name: "Show more" }));
    await expect(await canvas.findByText("Mow the lawn", {}, PATIENCE)).toBeVisible();
    await expect(canvas.queryByRole("button", { name: "Show more" })).toBeNull();
    await userEvent.click(canvas.getByRole("checkbox", { name: "Select all rows of this page" }));
    await userEvent.click(within(await canvas.findByRole("toolbar", { name: "Selected rows" })).getByRole("button", { name: "Restore" }));
    await expect(await body.findByText("1 were not restored: Another todo is called like this.", {}, PATIENCE)).toBeVisible();
    await waitFor(() => expect(canvas.getByRole("toolbar", { name: "Selected rows" })).toHaveTextContent("1 selected"));
  },
};
export const DeletedOne: Story = {
  args: { address: "deleted=todo&shown=0190a000-0000-7000-8000-000000000201", mode: "unfit" },
  play: async () => {
    const dialog = within(await within(document.body).findByRole("dialog", { name: "Oil the gate" }, PATIENCE));
    await expect(await dialog.findByText(/^Deleted by agent, 19 Nov 2026/)).toBeInTheDocument();
    await expect(dialog.getByText(/3 records went along with it/)).toBeInTheDocument();
    await userEvent.click(dialog.getByRole("button", { name: "Restore with 3 records" }));
    await expect(await dialog.findByText("Another todo is called like this.", {}, PATIENCE)).toBeVisible();
  },
};
export const DeletedDark: Story = { args: { address: "deleted=todo" }, globals: { scheme: "dark" } };
export const DeletedOneDark: Story = { args: DeletedOne.args, globals: { scheme: "dark" } };
export const DeletedOnAPhone: Story = { args: DeletedDark.args, globals: { viewport: { value: "phone" } } };
export const DeletedOneOnAPhone: Story = { args: DeletedOne.args, globals: { viewport: { value: "phone" } } };
export const NothingDeleted: Story = { args: { address: "deleted=todo", mode: "empty" } };
export const DeletedThatFail: Story = { args: { address: "deleted=todo", mode: "fails" } };
