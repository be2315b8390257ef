import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { customerTitle, findCustomers, orderColumns } from "../../fixtures/orders";
import { useState } from "react";
import { FilterBar } from "./FilterBar";
import type { GridFilter } from "./FilterBar.types";

const meta: Meta<typeof FilterBar> = {
  title: "Data/FilterBar",
  component: FilterBar,
  args: { searchLabel: "Search orders", search: "", onSearch: () => {}, fields: orderColumns.map(({ field, title, type, options, entity }) => ({ name: field, label: title, type, options, entity, find: findCustomers, titleOf: (id: string) => customerTitle("customer", id) })), filters: [], onFilters: () => {} },
};

export default meta;
type Story = StoryObj<typeof FilterBar>;

export const Empty: Story = {};
export const EveryType: Story = {
  args: {
    search: "bon",
    filters: [
      { field: "status", operator: "ne", value: "cancelled" },
      { field: "ordered", operator: "ge", value: "1998-04-01" },
      { field: "customer", operator: "eq", value: "c2" },
      { field: "total", operator: "ge", value: "1000" },
      { field: "paid", operator: "eq", value: "true" },
      { field: "number", operator: "contains", value: "" },
    ],
  },
};
export const ChoosesAValue: Story = {
  ...EveryType,
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Cancelled" }));
    const option = await within(document.body).findByRole("option", { name: "Shipped" });
    await waitFor(() => expect(option).toBeVisible());
  },
};
export const Several: Story = {
  args: {
    filters: [
      { field: "status", operator: "in", value: "draft~shipped" },
      { field: "ordered", operator: "between", value: "1998-04-01~1998-05-06" },
      { field: "total", operator: "between", value: "1000~" },
      { field: "customer", operator: "is_null", value: "" },
      { field: "number", operator: "nin", value: "11077~11076" },
    ],
  },
};
/** What addresses ask that nothing can be asked: of a field that is not known, and by what is no value of a field. */
export const Idle: Story = {
  args: {
    filters: [
      { field: "colour", operator: "in", value: "red~blue" },
      { field: "total", operator: "ge", value: "many" },
      { field: "status", operator: "eq", value: "draft" },
    ],
    narrows: ({ value }) => value !== "many",
  },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByText("does nothing here")).toHaveLength(2);
  },
};
export const IdleDark: Story = { ...Idle, globals: { scheme: "dark" } };
export const SeveralDark: Story = { ...Several, globals: { scheme: "dark" } };
export const ChoosesSeveral: Story = {
  ...Several,
  play: async ({ canvas }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Draft, Shipped" }));
    const list = await within(document.body).findByRole("listbox", { name: "Status" });
    await expect(within(list).getAllByRole("option", { selected: true })).toHaveLength(2);
  },
};
export const ChoosesOfMany: Story = {
  args: {
    fields: [{ name: "country", label: "Country", type: "Enum", options: Array.from({ length: 80 }, (_, at) => ({ value: `c${at}`, label: `Country ${at + 1}` })) }],
    filters: [{ field: "country", operator: "eq", value: "c70" }],
  },
  play: async ({ canvas }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Country 71" }));
    const list = await within(document.body).findByRole("listbox", { name: "Country" });
    await waitFor(() => expect(list.getBoundingClientRect().bottom).toBeLessThanOrEqual(window.innerHeight));
    await waitFor(() => expect(within(list).getByRole("option", { selected: true })).toHaveFocus());
    await userEvent.keyboard("{End}");
    const last = within(list).getByRole("option", { name: "Country 80" });
    await waitFor(() => expect(last.getBoundingClientRect().bottom).toBeLessThanOrEqual(window.innerHeight));
  },
};
export const TypesTwo: Story = {
  ...Several,
  play: async ({ canvas }) => {
    await userEvent.click(canvas.getByRole("button", { name: "1,000 – …" }));
    const from = await within(document.body).findByRole("textbox", { name: "From" });
    await waitFor(() => expect(from).toHaveFocus());
  },
};
export const TypesSeveral: Story = {
  ...Several,
  globals: { viewport: { value: "phone" }, scheme: "dark" },
  play: async ({ canvas }) => {
    await userEvent.click(canvas.getByRole("button", { name: "11077, 11076" }));
    await waitFor(() => expect(within(document.body).getByText("One at a time, with Enter")).toBeVisible());
  },
};
export const Phone: Story = {
  ...EveryType,
  globals: { viewport: { value: "phone" } },
  play: async ({ canvas }) => {
    const adder = canvas.getByRole("button", { name: "Filter" });
    await expect([...adder.querySelectorAll("span")].filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)).toEqual([]);
  },
};
export const PhoneChoices: Story = {
  ...Several,
  globals: { viewport: { value: "phone" } },
  play: async ({ canvas }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Draft, Shipped" }));
    const list = await within(document.body).findByRole("listbox", { name: "Status" });
    await waitFor(() => expect(list).toBeVisible());
    await expect(within(list).getAllByRole("option").filter((option) => option.getBoundingClientRect().height < 44)).toEqual([]);
  },
};
export const PhoneAdds: Story = {
  globals: { viewport: { value: "phone" } },
  render: function Adds(args) {
    const [filters, setFilters] = useState<readonly GridFilter[]>((Several.args?.filters ?? []).slice(0, 2));
    return <FilterBar {...args} filters={filters} onFilters={setFilters} />;
  },
  play: async ({ canvas }) => {
    await userEvent.click(canvas.getByRole("button", { name: "Filter" }));
    await userEvent.click(await within(document.body).findByRole("menuitem", { name: "Customer" }));
    const field = await within(document.body).findByRole("textbox", { name: "Search Customer" });
    await waitFor(() => expect(field).toBeVisible());
    await expect(field.getBoundingClientRect().right).toBeLessThanOrEqual(window.innerWidth);
  },
};
export const PhoneDark: Story = { ...EveryType, globals: { viewport: { value: "phone" }, scheme: "dark" } };
