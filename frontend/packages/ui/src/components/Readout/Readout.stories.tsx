import type { Meta, StoryObj } from "@storybook/react-vite";
import { Readout } from "./Readout";

const meta: Meta<typeof Readout> = {
  title: "Frame/Readout",
  component: Readout,
  args: { children: <><b>88</b> of 830 orders · <b>8 ms</b></> },
};

export default meta;
type Story = StoryObj<typeof Readout>;

export const Default: Story = {};
export const Live: Story = { args: { live: "11076 set to Shipped by Laura Callahan, just now", end: "total 142,132.31" } };
export const Dark: Story = { globals: { scheme: "dark" } };
