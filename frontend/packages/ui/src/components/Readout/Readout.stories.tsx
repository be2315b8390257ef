import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
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
/** On a phone the measure takes two lines, and the way to the next page stays in sight. */
export const LongOnAPhone: Story = {
  args: { children: <><b>1,008,715</b> of 1,008,715 playlist tracks · <b>23 ms</b></>, end: <button type="button">the next fifty records</button> },
  globals: { viewport: { value: "phone" } },
  play: async ({ canvas }) => {
    const { right } = canvas.getByRole("button").getBoundingClientRect();
    await expect(right).toBeLessThanOrEqual(document.documentElement.clientWidth);
  },
};
export const Dark: Story = { globals: { scheme: "dark" } };
