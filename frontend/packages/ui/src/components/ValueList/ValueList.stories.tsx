import type { Meta, StoryObj } from "@storybook/react-vite";
import { ValueList } from "./ValueList";

const meta: Meta<typeof ValueList> = {
  title: "Data/ValueList",
  component: ValueList,
  args: {
    values: [
      { name: "number", label: "Order number", text: "CO-1037" },
      { name: "customer", label: "Customer", text: "Rattlesnake Canyon Grocery" },
      { name: "notes", label: "Notes", text: "Call before noon.\nLeave it at the gate, or with the neighbours of the second floor who are at home in the evening." },
      { name: "shipped", label: "Shipped on", text: "" },
    ],
  },
  render: (args) => (
    <main>
      <ValueList {...args} />
    </main>
  ),
};

export default meta;
type Story = StoryObj<typeof ValueList>;

export const Default: Story = {};
export const Dark: Story = { globals: { scheme: "dark" } };
export const Phone: Story = { globals: { viewport: { value: "phone" } } };
