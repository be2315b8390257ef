import type { Meta, StoryObj } from "@storybook/react-vite";
import { IconDots } from "../../icons/tabler";
import { IconButton } from "./IconButton";

const meta: Meta<typeof IconButton> = {
  title: "Controls/IconButton",
  component: IconButton,
  args: { label: "More", children: <IconDots aria-hidden /> },
};

export default meta;
type Story = StoryObj<typeof IconButton>;

export const Default: Story = {};
export const Disabled: Story = { args: { disabled: true } };
