import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, userEvent, within } from "storybook/test";
import { customerTitle, findCustomers, makeOrders, orderForm } from "../../fixtures/orders";
import { Form } from "./Form";

const [order] = makeOrders(1);

const meta: Meta<typeof Form> = {
  title: "Data/Form",
  component: Form,
  args: {
    definition: orderForm,
    onSubmit: () => Promise.resolve({ ok: true }),
    onCancel: () => {},
    findReferences: findCustomers,
    titleOf: customerTitle,
  },
};

export default meta;
type Story = StoryObj<typeof Form>;

export const New: Story = {};
export const NewDark: Story = { globals: { scheme: "dark" } };
export const NewGerman: Story = { globals: { locale: "de-DE" } };
export const Edit: Story = { args: { record: order } };
export const ReadOnly: Story = { args: { record: order, readOnly: true } };

export const CountsItsErrors: Story = {
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: /Save/ }));
    await expect(await canvas.findByText("2 fields need attention")).toBeVisible();
    await expect(canvas.getByText("Choose who ordered.")).toBeVisible();
  },
};

export const ShowsTheServersErrors: Story = {
  args: {
    record: order,
    onSubmit: () => Promise.resolve({ ok: false, errors: [{ path: "/email", rule: "Unique", message: "Another order has this address.", severity: "Error" }] }),
  },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.type(canvas.getByRole("textbox", { name: /E-mail/ }), "a@example.org");
    await userEvent.click(canvas.getByRole("button", { name: /Save/ }));
    await expect(await canvas.findByText("Another order has this address.")).toBeVisible();
  },
};

export const CountsUnsavedChanges: Story = {
  args: { record: order },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.type(canvas.getByRole("textbox", { name: /Note/ }), "Ring twice");
    await expect(canvas.getByText("1 unsaved change")).toBeVisible();
  },
};
