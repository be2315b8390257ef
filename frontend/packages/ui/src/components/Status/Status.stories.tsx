import type { Meta, StoryObj } from "@storybook/react-vite";
import { Status } from "./Status";

const meta: Meta<typeof Status> = {
  title: "Controls/Status",
  component: Status,
  args: { label: "Draft", shape: "hollow" },
};

export default meta;
type Story = StoryObj<typeof Status>;

export const Hollow: Story = {};
export const Ring: Story = { args: { label: "Confirmed", shape: "ring" } };
export const Half: Story = { args: { label: "Packed", shape: "half" } };
export const Done: Story = { args: { label: "Shipped", shape: "done" } };
export const Hold: Story = { args: { label: "On hold", shape: "hold" } };
export const Bad: Story = { args: { label: "Cancelled", shape: "bad" } };
