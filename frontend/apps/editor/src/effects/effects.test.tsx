import { findPart } from "@torque/model";
import { render, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { EditorAt } from "../fixtures/EditorAt";
import { hiddenFreight } from "../fixtures/documents";
import { filledState, memoryServer, type MemoryServer } from "../fixtures/memoryLink";
import { reader } from "../fixtures/patience";

vi.setConfig({ testTimeout: 120_000 });

beforeEach(() => {
  sessionStorage.clear();
});

function opened(path: string, effects = [hiddenFreight]): MemoryServer {
  const server = memoryServer({ ...filledState(), applications: [] });
  server.effects.push(...effects);
  render(<EditorAt path={path} server={server} />);
  return server;
}

const freight = (server: MemoryServer): unknown => findPart(server.state.models[0]?.document ?? { format: "torque/1", name: "" }, "Field", "f_freight");

it("says how many records a removed field concerns, and removes it only when told to", async () => {
  const server = opened("/models/orders/entities/e_order?field=f_freight");
  await reader().click(await screen.findByRole("button", { name: "Remove field" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByRole("listitem").textContent).toBe("88 of 830 records of Order: a value in Freight is hidden · orders");
  expect(freight(server)).toBeTruthy();
  await reader().click(within(dialog).getByRole("button", { name: "Remove field" }));
  await waitFor(() => expect(freight(server)).toBeUndefined());
  await reader().click(within(screen.getByRole("log")).getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(freight(server)).toBeTruthy());
});

it("removes at once what no record holds", async () => {
  const server = opened("/models/orders/entities/e_order?field=f_freight", []);
  await reader().click(await screen.findByRole("button", { name: "Remove field" }));
  await waitFor(() => expect(freight(server)).toBeUndefined());
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("asks before a restored revision hides values, and shows what a revision changed", async () => {
  const server = opened("/models/orders/history");
  await reader().click(await screen.findByRole("button", { name: "Show differences of revision 211" }));
  const list = await screen.findByRole("list", { name: "Differences of revision 211" });
  expect(list.textContent).toContain("Changed page orders");
  expect(list.textContent).toContain("titleOrders All orders");
  await reader().click(screen.getByRole("button", { name: "Restore revision 211" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog.textContent).toContain("88 of 830 records");
  await reader().click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(server.state.models[0]?.revision).toBe(212);
});
