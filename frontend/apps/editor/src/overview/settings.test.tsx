import { render, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { EditorAt } from "../fixtures/EditorAt";
import { filledState, memoryServer, type MemoryServer } from "../fixtures/memoryLink";
import { fill, reader } from "../fixtures/patience";
import { configErrors, tidyConfig } from "./configErrors";

vi.setConfig({ testTimeout: 120_000 });

beforeEach(() => {
  sessionStorage.clear();
});

async function opened(): Promise<{ server: MemoryServer; drawer: ReturnType<typeof within> }> {
  const server = memoryServer({ ...filledState(), applications: [] });
  render(<EditorAt path="/models/orders" server={server} />);
  await reader().click(await screen.findByRole("button", { name: "More actions for the model" }));
  await reader().click(await screen.findByRole("menuitem", { name: "Model settings" }));
  return { server, drawer: within(await screen.findByRole("dialog")) };
}

it("saves accent, language and cache time as one change of the configuration", async () => {
  const { server, drawer } = await opened();
  await fill(await drawer.findByRole("textbox", { name: /^Accent colour/ }), "#5b21b6");
  await fill(drawer.getByRole("combobox", { name: /^Language/ }), "de-AT");
  await fill(drawer.getByRole("textbox", { name: /^Seconds at most/ }), "600");
  const readings = drawer.getByRole("list", { name: "What the schemes make of it" });
  expect(within(readings).getAllByText(/^\d+\.\d : 1$/)).toHaveLength(2);
  await reader().click(drawer.getByRole("button", { name: "Save settings" }));
  await waitFor(() => expect(server.state.models[0]?.revision).toBe(213));
  const [change] = server.state.revisions[0]?.changes ?? [];
  expect(change).toEqual({ type: "UpdateConfig", set: { ui: { theme: "#5b21b6", locale: "de-AT" }, performance: { cache_ttl_seconds: 600 } } });
});

it("says what is no colour and no language, and saves nothing", async () => {
  const { server, drawer } = await opened();
  await fill(await drawer.findByRole("textbox", { name: /^Accent colour/ }), "modernish");
  await fill(drawer.getByRole("combobox", { name: /^Language/ }), "no language");
  await reader().click(drawer.getByRole("button", { name: "Save settings" }));
  expect(drawer.getByText("2 fields need attention")).toBeTruthy();
  expect(drawer.getByText("Write a colour, for example #5b21b6 or teal.")).toBeTruthy();
  expect(server.asked).not.toContain("ApplyChanges");
});

describe("the settings of a model", () => {
  it("may keep words of older models, but take no new ones", () => {
    const older = { ui: { theme: "modern", locale: "en_GB" } };
    expect(configErrors(older, older)).toEqual({});
    expect(configErrors({}, older)).toEqual({ theme: "noColour", locale: "noLanguage" });
  });

  it("hold nothing that says nothing", () => {
    expect(tidyConfig({ public: false, ui: { theme: undefined, locale: "" }, performance: { caching_enabled: undefined } })).toEqual({ public: false });
  });
});
