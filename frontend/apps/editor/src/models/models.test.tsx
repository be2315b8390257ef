import { render, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fill, reader } from "../fixtures/patience";
import { EditorAt } from "../fixtures/EditorAt";
import { emptyState, filledState, memoryServer } from "../fixtures/memoryLink";


vi.setConfig({ testTimeout: 120_000 });

it("lists the models with their counts and finds one by its words", async () => {
  render(<EditorAt path="/models" server={memoryServer()} />);
  const row = (await screen.findByRole("link", { name: "Orders" })).closest("tr");
  expect(within(row as HTMLElement).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(expect.arrayContaining(["2", "1"]));
  await fill(screen.getByRole("searchbox", { name: "Search models" }), "nothing");
  expect(await screen.findByText("No models match.")).toBeTruthy();
  await reader().click(screen.getByRole("button", { name: "Clear" }));
  expect(await screen.findByRole("link", { name: "Orders" })).toBeTruthy();
});

it("says of each model what verification found, and shows those with errors alone", async () => {
  const state = filledState();
  const [filled] = state.models;
  if (!filled) throw new Error("There is a model.");
  state.models.push({ id: "m-clean", revision: 1, document: { ...filled.document, name: "clean", display_name: "Tidy" }, findings: [] });
  render(<EditorAt path="/models" server={memoryServer(state)} />);
  const row = async (name: string): Promise<string | null | undefined> => (await screen.findByRole("link", { name })).closest("tr")?.textContent;
  await screen.findByText("Clean");
  expect(await row("Orders")).toContain("Error 1Warning 1");
  expect(await row("Tidy")).toContain("Clean");
  await reader().click(screen.getByRole("button", { name: "With errors 1" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "Tidy" })).toBeNull());
  expect(await row("Orders")).toBeTruthy();
});

it("lists the models when verification cannot be asked", async () => {
  const server = memoryServer();
  server.failing.set("Verdicts", "TIMEOUT");
  render(<EditorAt path="/models" server={server} />);
  expect(await screen.findByRole("link", { name: "Orders" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "With errors 0" })).toBeTruthy();
});

it("offers the ways to a first model when there is none", async () => {
  render(<EditorAt path="/models" server={memoryServer(emptyState())} />);
  expect(await screen.findByRole("heading", { name: "Start your first model" })).toBeTruthy();
  await reader().click(screen.getByRole("button", { name: /^Blank model/ }));
  expect(await screen.findByRole("dialog", { name: "New model" })).toBeTruthy();
});

it("says what went wrong and tries again", async () => {
  const server = memoryServer();
  server.failing.set("Models", "UNAVAILABLE");
  render(<EditorAt path="/models" server={server} />);
  expect((await screen.findByRole("alert", undefined)).textContent).toContain("The database does not answer.");
  server.failing.clear();
  await reader().click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "Orders" })).toBeTruthy();
});

it("leads to the sign-in page when the session has ended", async () => {
  const server = memoryServer();
  server.failing.set("Models", "UNAUTHENTICATED");
  render(<EditorAt path="/models" server={server} />);
  await waitFor(() => expect(screen.getByText("torque token link")).toBeTruthy());
});

it("merges a file into the model that is there, after saying what that changes", async () => {
  const server = memoryServer();
  render(<EditorAt path="/models" server={server} />);
  await reader().click(await screen.findByRole("button", { name: "Import" }));
  const dialog = await screen.findByRole("dialog");
  const file = new File([JSON.stringify({ format: "torque/1", name: "orders" })], "orders.json", { type: "application/json" });
  await reader().upload(dialog.querySelector("input[type=file]") as HTMLInputElement, file);
  await within(dialog).findByDisplayValue("orders-2");
  await reader().click(within(dialog).getByRole("radio", { name: "Merge" }));
  expect((await within(dialog).findByRole("list", { name: "Changes to the model" })).textContent).toContain("Removed field shipped_date");
  await reader().click(within(dialog).getByRole("button", { name: "Merge into model" }));
  expect(await within(dialog).findByText("orders is imported.")).toBeTruthy();
  expect(server.asked.filter((name) => name === "ImportModel")).toHaveLength(4);
});
