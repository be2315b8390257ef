import type { Meta, StoryObj } from "@storybook/react-vite";
import { ExchangeProgress } from "./ExchangeProgress";

const meta: Meta<typeof ExchangeProgress> = {
  title: "Data/ExchangeProgress",
  component: ExchangeProgress,
  args: { label: "Importing orders", share: 0.4, figures: "400,000 of 1,000,000 rows · 52,000 rows/s · 0:12 left" },
  render: (args) => (
    <main>
      <ExchangeProgress {...args} />
    </main>
  ),
};

export default meta;
type Story = StoryObj<typeof ExchangeProgress>;

export const Known: Story = {};
export const Unknown: Story = { args: { share: null, figures: "" } };
export const Dark: Story = { globals: { scheme: "dark" } };
