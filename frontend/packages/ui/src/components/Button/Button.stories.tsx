import type { Meta, StoryObj } from "@storybook/react-vite";
import { IconDownload, IconPlus } from "../../icons/tabler";
import { Button } from "./Button";

const meta: Meta<typeof Button> = {
  title: "Controls/Button",
  component: Button,
  args: { children: "New order" },
  decorators: [(Story) => <div style={{ padding: 24 }}>{Story()}</div>],
};

export default meta;
type Story = StoryObj<typeof Button>;

export const Primary: Story = { args: { kind: "primary", icon: <IconPlus aria-hidden />, shortcut: "N" } };
export const PrimaryDark: Story = { ...Primary, globals: { scheme: "dark" } };
export const Default: Story = { args: { icon: <IconDownload aria-hidden />, children: "Export" } };
export const Subtle: Story = { args: { kind: "subtle", children: "Filter" } };
export const Danger: Story = { args: { kind: "danger", children: "Delete 3 orders" } };
export const DangerDark: Story = { ...Danger, globals: { scheme: "dark" } };
export const Busy: Story = { args: { kind: "primary", busy: true, children: "Save" } };
export const Disabled: Story = { args: { disabled: true, children: "Export" } };
export const Compact: Story = { args: { compact: true, children: "Try again" } };
