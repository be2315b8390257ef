import type { Meta, StoryObj } from "@storybook/react-vite";
import { Menu } from "@mantine/core";
import { expect, userEvent, within } from "storybook/test";
import { Button } from "../Button/Button";
import { SchemeItems } from "../SchemeItems/SchemeItems";
import { LanguageItems } from "./LanguageItems";

const meta: Meta<typeof LanguageItems> = {
  title: "Frame/LanguageItems",
  component: LanguageItems,
  render: () => (
    <Menu defaultOpened transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <Button>Account</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <SchemeItems />
        <LanguageItems />
      </Menu.Dropdown>
    </Menu>
  ),
  beforeEach: () => () => localStorage.removeItem("torque-language"),
};

export default meta;
type Story = StoryObj<typeof LanguageItems>;

export const Default: Story = {};
export const Dark: Story = { globals: { scheme: "dark" } };

export const ChoosesAnother: Story = {
  play: async () => {
    const body = within(document.body);
    await userEvent.click(await body.findByRole("menuitemradio", { name: "Deutsch" }));
    await expect(document.documentElement).toHaveAttribute("lang", "de");
  },
};
