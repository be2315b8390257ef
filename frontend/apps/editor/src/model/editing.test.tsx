import { findPart } from "@torque/model";
import { render, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { fill, reader } from "../fixtures/patience";
import { EditorAt } from "../fixtures/EditorAt";
import { filledState, memoryServer } from "../fixtures/memoryLink";

const withoutApplications = () => ({ ...filledState(), applications: [] });

vi.setConfig({ testTimeout: 120_000 });

beforeEach(() => {
  sessionStorage.clear();
});

it("applies a fix of verification as a change and undoes it by its key", async () => {
  const server = memoryServer(withoutApplications());
  render(<EditorAt path="/models/orders" server={server} />);
  await reader().click(await screen.findByRole("button", { name: "Set cascade to Restrict" }));
  const cascade = () => findPart(server.state.models[0]?.document ?? { format: "torque/1", name: "" }, "Relationship", "r_customer")?.value.cascade;
  await waitFor(() => expect(cascade()).toBe("Restrict"));
  expect(server.state.revisions[0]).toMatchObject({ revision: 213, message: "Set cascade to Restrict" });
  await reader().keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(cascade()).toBe("SetNull"));
});

it("adds a field whose name follows its label, on the revision that was seen", async () => {
  const server = memoryServer(withoutApplications());
  render(<EditorAt path="/models/orders/entities/e_order?field=new" server={server} />);
  await fill(await screen.findByRole("textbox", { name: "Label" }), "Ship via");
  await reader().click(screen.getByRole("checkbox", { name: "Required" }));
  await reader().click(screen.getAllByRole("button", { name: /^Add field/ }).at(-1) as HTMLElement);
  await waitFor(() => expect(server.state.models[0]?.revision).toBe(213));
  expect(server.state.revisions[0]?.changes).toEqual([
    {
      type: "AddField",
      parent: "e_order",
      value: { id: "field_order_ship_via", name: "ship_via", display_name: "Ship via", field_type: { type: "String", max_length: 255 }, required: true },
    },
  ]);
});

it("refuses a field name that is taken, at the field", async () => {
  const server = memoryServer(withoutApplications());
  render(<EditorAt path="/models/orders/entities/e_order?field=new" server={server} />);
  await fill(await screen.findByRole("textbox", { name: "Name" }), "status");
  await reader().click(screen.getAllByRole("button", { name: /^Add field/ }).at(-1) as HTMLElement);
  expect(await screen.findByText("This name is taken. Choose another.")).toBeTruthy();
  expect(screen.getByText("1 field needs attention")).toBeTruthy();
  expect(server.asked).not.toContain("ApplyChanges");
});

it("keeps an edit that could not be saved and says so until it is", async () => {
  const server = memoryServer(withoutApplications());
  render(<EditorAt path="/models/orders" server={server} />);
  server.failing.set("ApplyChanges", "UNAVAILABLE");
  await reader().click(await screen.findByRole("button", { name: "Set cascade to Restrict" }));
  expect(await screen.findByText(/1 change set is not saved/)).toBeTruthy();
  server.failing.clear();
  await reader().click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText(/^Saved /)).toBeTruthy();
});

it("says that there is no such model", async () => {
  render(<EditorAt path="/models/nowhere" server={memoryServer()} />);
  expect(await screen.findByRole("heading", { name: "There is no model “nowhere”" })).toBeTruthy();
});

it("takes letters typed right after a command for the field it opens, not for commands", async () => {
  const server = memoryServer(withoutApplications());
  render(<EditorAt path="/models/orders/entities/e_order" server={server} />);
  await screen.findByRole("button", { name: /^Add field/ });
  await reader().keyboard("fe");
  expect(await screen.findByRole("form", { name: "New field" })).toBeTruthy();
  expect(screen.queryByRole("dialog")).toBeNull();
});
