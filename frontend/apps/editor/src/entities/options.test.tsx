import { findPart } from "@torque/model";
import { render, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { EditorAt } from "../fixtures/EditorAt";
import { filledState, memoryServer, type MemoryServer } from "../fixtures/memoryLink";
import { fill, reader } from "../fixtures/patience";
import { sizeText, unitOf } from "./fileSize";

vi.setConfig({ testTimeout: 120_000 });

beforeEach(() => {
  sessionStorage.clear();
});

function opened(path: string): MemoryServer {
  const server = memoryServer({ ...filledState(), applications: [] });
  render(<EditorAt path={path} server={server} />);
  return server;
}

const order = (server: MemoryServer): Record<string, unknown> => findPart(server.state.models[0]?.document ?? { format: "torque/1", name: "" }, "Entity", "e_order")?.value ?? {};

it("gives a file its largest size in bytes and the media types it takes", async () => {
  const server = opened("/models/orders/entities/e_order?field=new");
  const panel = within(await screen.findByRole("form", { name: "New field" }));
  await fill(panel.getByRole("textbox", { name: "Label" }), "Photo");
  await reader().click(panel.getByRole("combobox", { name: "Type" }));
  await reader().click(await screen.findByRole("option", { name: "Binary", hidden: true }));
  await fill(await panel.findByRole("textbox", { name: /^Largest file/ }), "5");
  await fill(panel.getByRole("combobox", { name: /^Accepted types/ }), "image");
  await reader().keyboard("{Enter}");
  await reader().click(panel.getByRole("button", { name: "Add field" }));
  expect(await panel.findByText("“image” is no media type; write image/png or image/*.")).toBeTruthy();
  await reader().click(panel.getByRole("combobox", { name: /^Accepted types/ }));
  await reader().keyboard("{Backspace}image/*{Enter}");
  await reader().click(panel.getByRole("button", { name: "Add field" }));
  await waitFor(() => expect(server.state.models[0]?.revision).toBe(213));
  expect(findPart(server.state.models[0]?.document ?? { format: "torque/1", name: "" }, "Field", "field_order_photo")?.value.field_type).toEqual({ type: "Binary", max_size: 5 * 1024 * 1024, types: ["image/*"] });
});

it("bounds times by the texts that times are written as, and numbers by numbers", async () => {
  const server = opened("/models/orders/entities/e_order?field=new");
  const panel = within(await screen.findByRole("form", { name: "New field" }));
  await fill(panel.getByRole("textbox", { name: "Label" }), "Opens");
  const choose = async (input: string, option: string) => {
    await reader().click(panel.getByRole("combobox", { name: input }));
    await reader().click(await screen.findByRole("option", { name: option, hidden: true }));
  };
  await reader().click(panel.getByRole("button", { name: "Add rule" }));
  await choose("Type", "Integer");
  await choose("Kind of rule", "Range");
  const rule = within(panel.getByRole("group", { name: "Rule 1" }));
  const write = async (end: string, text: string) => {
    await reader().clear(rule.getByRole("textbox", { name: end }));
    await reader().type(rule.getByRole("textbox", { name: end }), text);
    expect(rule.getByRole("textbox", { name: end })).toHaveProperty("value", text);
  };
  await write("Minimum", "1.5");
  await choose("Type", "Time");
  await write("Minimum", "08:00:00");
  await write("Maximum", "09:30:00");
  await reader().click(panel.getByRole("button", { name: "Add field" }));
  await waitFor(() => expect(server.state.models[0]?.revision).toBe(213));
  const made = findPart(server.state.models[0]?.document ?? { format: "torque/1", name: "" }, "Field", "field_order_opens");
  expect(made?.value.validation).toEqual([{ type: "Range", value: { min: "08:00:00", max: "09:30:00" } }]);
});

it("says sizes in the unit people would use", () => {
  expect([unitOf(undefined), unitOf(500), unitOf(3 * 1024 ** 3)]).toEqual(["MB", "KB", "GB"]);
  expect(sizeText(5_242_880)).toBe("5 MB");
});

it("starts a workflow at an event, and asks for the workflow first", async () => {
  const server = opened("/models/orders/entities/e_order?tab=hooks");
  await reader().click(await screen.findByRole("button", { name: "Add hook" }));
  const hook = within(screen.getByRole("group", { name: "Hook 1" }));
  await reader().click(hook.getByRole("combobox", { name: "When" }));
  await reader().click(await screen.findByRole("option", { name: "After update", hidden: true }));
  await reader().click(screen.getByRole("button", { name: "Apply" }));
  await waitFor(() => expect(order(server).lifecycle_hooks).toEqual([{ event: "AfterUpdate", xflow: "export_orders", order: 0 }]));
});

it("turns the history of an entity off and on, leaving nothing behind that says nothing", async () => {
  const server = opened("/models/orders/entities/e_order?tab=settings");
  await reader().click(await screen.findByRole("switch", { name: "with every read" }));
  await reader().click(screen.getByRole("button", { name: "Apply" }));
  await waitFor(() => expect(order(server).behavior).toEqual({ auditing: { track_access: true } }));
});
