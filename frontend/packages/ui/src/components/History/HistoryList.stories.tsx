import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fn, userEvent } from "storybook/test";
import { HistoryList } from "./HistoryList";

const at = (hour: number): string => `2026-11-20T${String(hour).padStart(2, "0")}:15:00.000000Z`;
const fields = ["Number", "Customer", "Status", "Total", "Notes"].map((label) => ({ name: label, label, before: "", after: `${label} of the first day` }));

const meta: Meta<typeof HistoryList> = {
  title: "Data/HistoryList",
  component: HistoryList,
  args: {
    onRestore: fn(),
    items: [
      { at: at(9), what: "Read", who: "Grace", via: "jsonrpc", changes: [], state: null },
      { at: at(8), what: "Changed", who: "Ada", via: "live", changes: [{ name: "status", label: "Status", before: "Open", after: "Closed" }, { name: "notes", label: "Notes", before: "Call before noon", after: "" }], state: "now" },
      { at: at(7), what: "Created", who: "import", via: "cli", changes: fields, state: "then" },
    ],
  },
  render: (args) => (
    <main>
      <HistoryList {...args} />
    </main>
  ),
};

export default meta;
type Story = StoryObj<typeof HistoryList>;

export const Default: Story = {
  play: async ({ canvas, args }) => {
    await expect(canvas.getByText("empty")).toBeVisible();
    await expect(canvas.getByText("Number of the first day")).not.toBeVisible();
    await userEvent.click(canvas.getByText("5 fields"));
    await expect(canvas.getByText("Number of the first day")).toBeVisible();
    await userEvent.click(canvas.getByRole("button", { name: /^Restore what it was on Friday/ }));
    await expect(args.onRestore).toHaveBeenCalledWith(at(7));
  },
};
export const Restoring: Story = { args: { restoring: at(7) } };
export const Dark: Story = { globals: { scheme: "dark" } };
export const Phone: Story = { globals: { viewport: { value: "phone" } } };
