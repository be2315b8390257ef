import type { Meta, StoryObj } from "@storybook/react-vite";
import { customerTitle, findCustomers, orderForm } from "../../fixtures/orders";
import { Form } from "../Form/Form";
import { Drawer } from "./Drawer";

const meta: Meta<typeof Drawer> = {
  title: "Dialogs/Drawer",
  component: Drawer,
  args: { opened: true, onClose: () => {}, title: "Order", detail: "11076", children: <Form definition={orderForm} placement="drawer" onSubmit={() => Promise.resolve({ ok: true })} onCancel={() => {}} findReferences={findCustomers} titleOf={customerTitle} /> },
};

export default meta;
type Story = StoryObj<typeof Drawer>;

export const WithForm: Story = {};
export const WithFormDark: Story = { globals: { scheme: "dark" } };
export const Phone: Story = { ...WithForm, globals: { viewport: { value: "phone" } } };
export const PhoneDark: Story = { ...WithForm, globals: { viewport: { value: "phone" }, scheme: "dark" } };
