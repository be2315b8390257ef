import { render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { EditorAt } from "../fixtures/EditorAt";
import { memoryServer } from "../fixtures/memoryLink";
import { reader } from "../fixtures/patience";

vi.setConfig({ testTimeout: 120_000 });

afterEach(() => {
  vi.unstubAllGlobals();
});

const answering = (type: string): void => {
  vi.stubGlobal("fetch", () => Promise.resolve({ type, ok: type === "basic", json: () => Promise.resolve({}) }));
};

const open = async (): Promise<void> => {
  render(<EditorAt path="/models" server={memoryServer()} />);
  await screen.findAllByText("Orders");
};

/** Without layout what floats counts as out of sight once it is placed. */
const floating = { hidden: true };

it("leads to the playground in a new tab where the server has one", async () => {
  answering("opaqueredirect");
  await open();
  await reader().click(screen.getByRole("button", { name: /^Profile of/ }));
  const link = await screen.findByRole("menuitem", { name: /^GraphQL playground/, ...floating });
  expect(link.getAttribute("href")).toBe("/playground/");
  expect(link.getAttribute("target")).toBe("_blank");
});

it("names the playground in the help, and says that it opens a new tab", async () => {
  answering("opaqueredirect");
  await open();
  await reader().keyboard("?");
  expect(await screen.findByRole("link", { name: /^GraphQL playground.*opens in a new tab$/ })).toBeTruthy();
});

it("offers no playground where it is switched off", async () => {
  answering("basic");
  await open();
  await reader().click(screen.getByRole("button", { name: /^Profile of/ }));
  expect(await screen.findByRole("menuitem", { name: "Sign out", ...floating })).toBeTruthy();
  expect(screen.queryByRole("menuitem", { name: /^GraphQL playground/, ...floating })).toBeNull();
});
