import type { Meta, StoryObj } from "@storybook/react-vite";
import { SearchField } from "./SearchField";

const meta: Meta<typeof SearchField> = {
  title: "Controls/SearchField",
  component: SearchField,
  args: { label: "Search orders", value: "", onChange: () => {} },
};

export default meta;
type Story = StoryObj<typeof SearchField>;

export const Empty: Story = {};
export const Filled: Story = { args: { value: "Bon app" } };
