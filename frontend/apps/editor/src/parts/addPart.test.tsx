import { render, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { EditorAt } from "../fixtures/EditorAt";
import { filledState, memoryServer, type MemoryServer } from "../fixtures/memoryLink";
import { fill, reader } from "../fixtures/patience";

vi.setConfig({ testTimeout: 120_000 });

beforeEach(() => {
  sessionStorage.clear();
});

async function adding(screenName: string, verb: string): Promise<{ server: MemoryServer; dialog: ReturnType<typeof within>; add: () => Promise<void> }> {
  const server = memoryServer({ ...filledState(), applications: [] });
  render(<EditorAt path={`/models/orders/${screenName}`} server={server} />);
  const [button] = await screen.findAllByRole("button", { name: verb });
  await reader().click(button as HTMLElement);
  const dialog = within(await screen.findByRole("dialog"));
  return { server, dialog, add: () => reader().click(dialog.getByRole("button", { name: verb })) };
}

it("adds a page under its title and refuses one without", async () => {
  const { server, dialog, add } = await adding("pages", "Add page");
  await add();
  expect(dialog.getByText("Enter a name.")).toBeTruthy();
  expect(server.asked).not.toContain("ApplyChanges");
  await fill(dialog.getByRole("textbox", { name: /^Title/ }), "Open orders");
  await add();
  await waitFor(() => expect(server.state.revisions[0]?.changes).toMatchObject([{ type: "AddPage", value: { id: "open_orders", title: "Open orders", path: "/open-orders" } }]));
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("adds an entity whose name follows its label", async () => {
  const { server, dialog, add } = await adding("entities", "Add entity");
  await fill(dialog.getByRole("textbox", { name: /^Display name/ }), "Sales tax");
  await add();
  await waitFor(() => expect(server.state.revisions[0]?.changes).toMatchObject([{ type: "AddEntity", value: { id: "entity_sales_tax", name: "sales_tax", display_name: "Sales tax" } }]));
});

it("adds a form for the entity that has none yet", async () => {
  const { server, add } = await adding("forms", "Add form");
  await add();
  await waitFor(() => expect(server.state.revisions[0]?.changes[0]).toMatchObject({ type: "AddForm" }));
});
