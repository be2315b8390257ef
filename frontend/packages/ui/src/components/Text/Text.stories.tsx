import type { Meta, StoryObj } from "@storybook/react-vite";
import { Text } from "./Text";

const meta: Meta<typeof Text> = {
  title: "Page/Text",
  component: Text,
  args: { content: "Orders of this month", variant: "h1" },
};

export default meta;
type Story = StoryObj<typeof Text>;

export const Heading: Story = {};
export const Section: Story = { args: { variant: "h2" } };
export const Body: Story = { args: { variant: "body", content: "What customers ordered.\nNewest first." } };
export const Caption: Story = { args: { variant: "caption" } };
