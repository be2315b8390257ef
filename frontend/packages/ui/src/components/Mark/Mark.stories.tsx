import type { Meta, StoryObj } from "@storybook/react-vite";
import { Mark } from "./Mark";

const meta: Meta<typeof Mark> = {
  title: "Controls/Mark",
  component: Mark,
  args: {},
};

export default meta;
type Story = StoryObj<typeof Mark>;

export const Default: Story = {};
export const Dark: Story = { globals: { scheme: "dark" } };
