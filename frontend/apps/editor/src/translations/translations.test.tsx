import { render, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { EditorAt } from "../fixtures/EditorAt";
import { filledState, memoryServer } from "../fixtures/memoryLink";
import { fill, reader } from "../fixtures/patience";

vi.setConfig({ testTimeout: 120_000 });

beforeEach(() => {
  sessionStorage.clear();
});

it("adds a language by its name, translates a text when it is left, and takes both back", async () => {
  const server = memoryServer({ ...filledState(), applications: [] });
  const locales = () => server.state.models[0]?.document.locales;
  render(<EditorAt path="/models/orders/translations" server={server} />);
  await reader().click(await screen.findByRole("button", { name: "Add language" }));
  const dialog = within(await screen.findByRole("dialog"));
  await fill(await dialog.findByRole("combobox", { name: /^Language/ }), "german");
  await reader().click(dialog.getByRole("button", { name: "Add language" }));
  await waitFor(() => expect(locales()).toEqual({ de: {} }));
  await fill(await screen.findByRole("textbox", { name: "Translation of Freight" }), "Fracht");
  await reader().tab();
  await waitFor(() => expect(locales()).toEqual({ de: { Freight: "Fracht" } }));
  expect(server.state.revisions[0]).toMatchObject({ message: "Translate “Freight” into German", changes: [{ type: "UpdateLocale", target: "de", set: { Freight: "Fracht" } }] });
  await reader().click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(locales()).toEqual({ de: {} }));
  await reader().click(screen.getByRole("button", { name: "Remove German" }));
  await waitFor(() => expect(locales()).toEqual({}));
});
