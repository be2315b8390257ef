import type { Meta, StoryObj } from "@storybook/react-vite";
import { Button } from "../Button/Button";
import { EmptyState } from "./EmptyState";

const meta: Meta<typeof EmptyState> = {
  title: "States/EmptyState",
  component: EmptyState,
  args: { title: "There are no orders yet.", description: "An order holds what a customer bought." },
};

export default meta;
type Story = StoryObj<typeof EmptyState>;

export const Default: Story = {};
export const WithActions: Story = { args: { children: <Button>New order</Button> } };
