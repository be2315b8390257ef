import type { Meta, StoryObj } from "@storybook/react-vite";
import { OfflineLine } from "./OfflineLine";

const meta: Meta<typeof OfflineLine> = {
  title: "States/OfflineLine",
  component: OfflineLine,
  args: { since: new Date("2026-11-20T14:02:00"), onRetry: () => {} },
};

export default meta;
type Story = StoryObj<typeof OfflineLine>;

export const Default: Story = {};
export const Dark: Story = { globals: { scheme: "dark" } };
export const German: Story = { globals: { locale: "de-DE" } };
