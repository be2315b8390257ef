import type { Meta, StoryObj } from "@storybook/react-vite";
import { Button } from "../Button/Button";
import { PageHeader } from "./PageHeader";

const meta: Meta<typeof PageHeader> = {
  title: "Frame/PageHeader",
  component: PageHeader,
  args: { title: "Orders" },
};

export default meta;
type Story = StoryObj<typeof PageHeader>;

export const Default: Story = {};
export const WithActions: Story = { args: { detail: "830", children: <Button kind="primary">New order</Button> } };
export const LongTitle: Story = { args: { title: "Orders that were placed by customers of the western region since the beginning of the financial year", children: <Button kind="primary">New order</Button> } };
