import type { Entity } from "@torque/model";
import { runtimeTexts } from "@torque/runtime";
import { TextsProvider, TorqueProvider } from "@torque/ui";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState } from "react";
import { expect, screen, userEvent, waitFor, within } from "storybook/test";
import { orders } from "../../fixtures/documents";
import { editorTexts } from "../../locales/texts";
import { readConditions, writeConditions } from "./address";
import { Conditions } from "./Conditions";
import { filtersOf, NO_CONDITIONS, type Group } from "./conditions";
import { askedFields } from "./fields";

const texts = { en: { ...runtimeTexts.en, ...editorTexts.en } };
const fields = askedFields(orders.entities?.find(({ name }) => name === "order") as Entity, orders);

/** The builder over an address of its own, and below it what the server would be asked. */
function Builder({ address: begun }: { address: string | null }) {
  const [address, setAddress] = useState(begun);
  const group = readConditions(address);
  const change = (next: Group): void => { setAddress(writeConditions(next)); };
  return (
    <>
      <Conditions id="builder" group={group} fields={fields} onChange={change} onClear={() => { change(NO_CONDITIONS); }} />
      <code data-testid="asked">{JSON.stringify(filtersOf(group, fields))}</code>
    </>
  );
}

const meta: Meta<typeof Builder> = {
  title: "Editor/Conditions",
  component: Builder,
  args: { address: null },
  decorators: [
    (Story, { globals }) => (
      <TextsProvider texts={texts}>
        <TorqueProvider locale="en-GB" forceColorScheme={globals.scheme === "dark" ? "dark" : "light"}>
          <Story />
        </TorqueProvider>
      </TextsProvider>
    ),
  ],
};
export default meta;
type Story = StoryObj<typeof Builder>;

const GROUPS = JSON.stringify([
  "and",
  ["freight", "between", "10", "99.5"],
  ["status", "in", "Draft", "Packed"],
  ["or", ["customer_id.email", "ends_with", "@example.org"], ["shipped_date", "ge", "2026-01-31"], ["not", ["and", ["number", "is_null"]]]],
]);

async function choose(name: string, option: string): Promise<void> {
  await userEvent.click((await screen.findAllByRole("combobox", { name })).at(-1) as HTMLElement);
  const found = await screen.findByRole("option", { name: option });
  await waitFor(() => expect(found).toBeVisible());
  await userEvent.click(found);
}

const asked = async (filters: unknown): Promise<void> => waitFor(() => expect(screen.getByTestId("asked")).toHaveTextContent(JSON.stringify(filters)));

export const Empty: Story = {};
export const Groups: Story = { args: { address: GROUPS } };
export const Phone: Story = { ...Groups, globals: { viewport: { value: "phone" } } };
export const PhoneDark: Story = { ...Groups, globals: { viewport: { value: "phone" }, scheme: "dark" } };

export const AsksConditionByCondition: Story = {
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await choose("Field", "freight");
    await userEvent.type(canvas.getByRole("textbox", { name: "Value for Freight" }), "12.5{Enter}");
    await asked({ freight: { ge: 12.5 } });
    await userEvent.click(canvas.getByRole("button", { name: "Condition" }));
    await choose("Field", "status");
    await choose("Operator for Status", "is any of");
    await choose("Value for Status", "Packed");
    await userEvent.keyboard("{Escape}");
    await choose("How the conditions are joined", "or");
    await asked({ or: [{ freight: { ge: 12.5 } }, { status: { in: ["Packed"] } }] });
  },
};

export const TurnsAGroupRound: Story = {
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(await canvas.findByRole("button", { name: "Group" }));
    await choose("Field", "shipped_date");
    await choose("Operator for Shipped", "has no value");
    await choose("Whether the group must hold or must not", "not");
    await asked({ not: { shipped_date: { is_null: true } } });
    await userEvent.click(canvas.getByRole("button", { name: "Remove group" }));
    await asked(null);
  },
};
