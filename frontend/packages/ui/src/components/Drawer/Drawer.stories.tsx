import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState } from "react";
import { expect, screen, userEvent, within } from "storybook/test";
import { customerTitle, findCustomers, orderForm } from "../../fixtures/orders";
import { Form } from "../Form/Form";
import { Button } from "../Button/Button";
import { Drawer, type DrawerProps } from "./Drawer";

const meta: Meta<typeof Drawer> = {
  title: "Dialogs/Drawer",
  component: Drawer,
  args: { opened: true, onClose: () => {}, title: "Order", detail: "11076", children: <Form definition={orderForm} placement="drawer" onSubmit={() => Promise.resolve({ ok: true })} onCancel={() => {}} findReferences={findCustomers} titleOf={customerTitle} /> },
};

function OpenedByButton(props: DrawerProps) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button onClick={() => setOpened(true)}>New order</Button>
      <Drawer {...props} opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}

export default meta;
type Story = StoryObj<typeof Drawer>;

export const WithForm: Story = {};
export const WithFormDark: Story = { globals: { scheme: "dark" } };
export const Phone: Story = { ...WithForm, globals: { viewport: { value: "phone" } } };
export const PhoneDark: Story = { ...WithForm, globals: { viewport: { value: "phone" }, scheme: "dark" } };

/** Whoever types on while the drawer opens finds it in the first field, and comes back to where they were. */
export const TypedIntoAtOnce: Story = {
  render: (args) => <OpenedByButton {...args} />,
  play: async ({ canvasElement }) => {
    const opener = within(canvasElement).getByRole("button", { name: "New order" });
    await userEvent.click(opener);
    await userEvent.keyboard("Ernst");
    await expect(screen.getByRole("combobox", { name: "Customer" })).toHaveValue("Ernst");
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await expect(opener).toHaveFocus();
  },
};
