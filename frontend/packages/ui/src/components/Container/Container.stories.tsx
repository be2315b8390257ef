import type { Meta, StoryObj } from "@storybook/react-vite";
import { Text } from "../Text/Text";
import { Container } from "./Container";

const meta: Meta<typeof Container> = {
  title: "Page/Container",
  component: Container,
  args: { title: "Delivery", children: <Text content="Ship via United Package." /> },
};

export default meta;
type Story = StoryObj<typeof Container>;

export const Default: Story = {};
export const Row: Story = { args: { direction: "row" } };
