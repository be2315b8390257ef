import type { Meta, StoryObj } from "@storybook/react-vite";
import { Confirm } from "./Confirm";

const meta: Meta<typeof Confirm> = {
  title: "Dialogs/Confirm",
  component: Confirm,
  args: { opened: true, title: "Delete 3 orders and their 9 lines?", confirmLabel: "Delete 3 orders", children: "This cannot be undone.", onConfirm: () => {}, onCancel: () => {} },
};

export default meta;
type Story = StoryObj<typeof Confirm>;

export const Default: Story = {};
export const Dark: Story = { globals: { scheme: "dark" } };
export const Busy: Story = { args: { busy: true } };
