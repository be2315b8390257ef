import type { Meta, StoryObj } from "@storybook/react-vite";
import { ErrorPane } from "./ErrorPane";

const meta: Meta<typeof ErrorPane> = {
  title: "States/ErrorPane",
  component: ErrorPane,
  args: { message: "The database does not answer.", code: "UNAVAILABLE", onRetry: () => {} },
};

export default meta;
type Story = StoryObj<typeof ErrorPane>;

export const Default: Story = {};
export const Dark: Story = { globals: { scheme: "dark" } };
export const WithoutRetry: Story = { args: { onRetry: undefined, code: undefined } };
