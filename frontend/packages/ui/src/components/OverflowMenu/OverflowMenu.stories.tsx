import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, userEvent, within } from "storybook/test";
import { IconDownload, IconUpload } from "../../icons/tabler";
import { MenuItem } from "../MenuItem/MenuItem";
import { OverflowMenu } from "./OverflowMenu";

const meta: Meta<typeof OverflowMenu> = {
  title: "Inputs/OverflowMenu",
  component: OverflowMenu,
  args: {
    children: (
      <>
        <MenuItem icon={<IconUpload aria-hidden />}>Import…</MenuItem>
        <MenuItem icon={<IconDownload aria-hidden />}>Export…</MenuItem>
      </>
    ),
  },
  render: (args) => (
    <main>
      <OverflowMenu {...args} />
    </main>
  ),
};

export default meta;
type Story = StoryObj<typeof OverflowMenu>;

export const Closed: Story = {};
export const Opened: Story = {
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "More" }));
    await expect(await within(document.body).findByRole("menuitem", { name: "Import…" })).toBeInTheDocument();
  },
};
export const OpenedDark: Story = { ...Opened, globals: { scheme: "dark" } };
