import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState } from "react";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { customerTitle, findCustomers, makeOrders, orderForm } from "../../fixtures/orders";
import { Button } from "../Button/Button";
import { Form } from "./Form";
import type { FormProps } from "./Form.types";

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

const scan = { id: "f1", name: "delivery note.pdf", type: "application/pdf", size: 48_213 };

/** One file, and several in one field. */
export const Files: Story = {
  args: {
    definition: {
      ...orderForm,
      fields: [
        { name: "invoice", field_type: "FileInput", label: "Invoice" },
        { name: "scans", field_type: "FileInput", label: "Scans", multiple: true },
      ],
      validation: [],
    },
    record: order && { ...order, invoice: { ...scan, name: "invoice.pdf" }, scans: [scan, { ...scan, id: "f2", name: "signature of whoever took the parcel in.pdf" }] },
    files: { upload: () => Promise.resolve(scan), urlOf: (_field, { id }) => `#${id}` },
  },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "Remove delivery note.pdf" }));
    await expect(canvas.queryByText("delivery note.pdf")).toBeNull();
    await expect(canvas.getByText("1 unsaved change")).toBeVisible();
  },
};

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

export const ChoosesADay: Story = {
  args: { record: order },
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: /Shipped/ }));
    const arrow = await within(document.body).findByRole("button", { name: "Next" });
    await waitFor(() => expect(arrow).toBeVisible());
  },
};
export const ChoosesADayDark: Story = { ...ChoosesADay, globals: { scheme: "dark" } };

export const CountsUnsavedChanges: Story = {
  args: { record: order },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.type(canvas.getByRole("textbox", { name: /Note/ }), "Ring twice");
    await expect(canvas.getByText("1 unsaved change")).toBeVisible();
  },
};

/** An order that somebody else saves while it is edited here. */
function Contested(props: FormProps) {
  const [record, setRecord] = useState(order);
  const saveElsewhere = (): void => setRecord((before) => before && { ...before, version: 2, status: "shipped", total: 99.5 });
  return (
    <>
      <Button onClick={saveElsewhere}>Save elsewhere</Button>
      <Form {...props} record={record} />
    </>
  );
}

const contest: Story["play"] = async ({ canvasElement }) => {
  const canvas = within(canvasElement);
  const total = canvas.getByRole("textbox", { name: /Total/ });
  await userEvent.clear(total);
  await userEvent.type(total, "12.5");
  await userEvent.click(canvas.getByRole("button", { name: "Save elsewhere" }));
  await expect(await canvas.findByRole("group", { name: "Conflict at Total" })).toHaveTextContent("Somebody else set Total to 99.50.");
  await expect(canvas.getByRole("combobox", { name: "Status" })).toHaveValue("Shipped");
};

export const ChangedByTwo: Story = { render: (args) => <Contested {...args} />, play: contest };
export const ChangedByTwoDark: Story = { ...ChangedByTwo, globals: { scheme: "dark" } };
export const ChangedByTwoOnAPhone: Story = { ...ChangedByTwo, globals: { viewport: { value: "phone" }, locale: "en-GB" } };

export const SeveralChangedByTwo: Story = {
  render: (args) => <Contested {...args} />,
  play: async (context) => {
    const canvas = within(context.canvasElement);
    await userEvent.click(canvas.getByRole("combobox", { name: "Status" }));
    await userEvent.click(await within(document.body).findByRole("option", { name: "Packed" }));
    const total = canvas.getByRole("textbox", { name: /Total/ });
    await userEvent.clear(total);
    await userEvent.type(total, "12.5");
    await userEvent.click(canvas.getByRole("button", { name: "Save elsewhere" }));
    await expect(await canvas.findByText("2 fields were changed by somebody else too.")).toBeVisible();
    await userEvent.click(canvas.getByRole("button", { name: /Save( Ctrl S)?$/ }));
    await expect(canvas.getByRole("button", { name: "Choose for 2 fields" })).toBeVisible();
  },
};

const inSteps: FormProps["definition"] = {
  ...orderForm,
  steps: [
    { title: "Who and when", fields: ["customer", "ordered", "shipped", "pickup"] },
    { title: "What", fields: ["status", "reason", "total", "kind", "tags"] },
    { title: "Details", fields: ["email", "note", "extra", "paid"] },
  ],
};

export const Steps: Story = { args: { definition: inSteps } };
export const StepsDark: Story = { ...Steps, globals: { scheme: "dark" } };
export const StepsOnAPhone: Story = { ...Steps, globals: { viewport: { value: "phone" } } };
export const StepsGerman: Story = { ...Steps, globals: { locale: "de-DE" } };
export const StepsOfARecord: Story = { args: { definition: inSteps, record: order } };

export const StepWithSomethingMissing: Story = {
  args: { definition: inSteps },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "Next" }));
    await expect(await canvas.findByText("Choose who ordered.")).toBeVisible();
    await expect(canvas.getByText("Step 1 of 3: Who and when")).toBeVisible();
  },
};

export const StepsByKeyboard: Story = {
  args: { definition: inSteps, record: order },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    canvas.getByRole("button", { name: /What/ }).focus();
    await userEvent.keyboard("{Enter}");
    await expect(canvas.getByText("Step 2 of 3: What")).toBeVisible();
    await expect(canvas.getByRole("combobox", { name: "Status" })).toHaveFocus();
  },
};
