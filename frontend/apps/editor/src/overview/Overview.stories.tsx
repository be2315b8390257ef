import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, screen, userEvent, within } from "storybook/test";
import { editorStory, failing } from "../fixtures/story";
import { filledState, memoryServer } from "../fixtures/memoryLink";

const meta: Meta = { title: "Editor/Overview", decorators: [editorStory], render: () => <></> };
export default meta;

const clean = () => {
  const state = filledState();
  state.models.forEach((model) => (model.findings = []));
  return memoryServer({ ...state, applications: [] });
};

export const WithFindings: StoryObj = { parameters: { editor: { path: "/models/orders" } } };
export const CleanAndNotRunning: StoryObj = { parameters: { editor: { path: "/models/orders", server: clean } } };
export const ApplicationsFailed: StoryObj = { parameters: { editor: { path: "/models/orders", server: failing("Applications") } } };
export const UnknownModel: StoryObj = { parameters: { editor: { path: "/models/nowhere" } } };
export const Loading: StoryObj = { parameters: { editor: { path: "/models/orders", server: () => memoryServer(undefined, "never") } } };
export const History: StoryObj = { parameters: { editor: { path: "/models/orders/history" } } };

/** A busy machine may take many seconds for what takes one. */
const PATIENCE = { timeout: 20_000 };

const openSettings: StoryObj["play"] = async ({ canvas }) => {
  await userEvent.click(await canvas.findByRole("button", { name: "More actions for the model" }, PATIENCE));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Model settings" }, PATIENCE));
};

/** The accent in both schemes, as screens draw it. */
export const Settings: StoryObj = {
  parameters: { editor: { path: "/models/orders" } },
  play: async (context) => {
    await openSettings?.(context);
    const drawer = within(await screen.findByRole("dialog", {}, PATIENCE));
    await userEvent.type(await drawer.findByRole("textbox", { name: /^Accent colour/ }, PATIENCE), "#5b21b6");
    await expect(await drawer.findByRole("list", { name: "What the schemes make of it" }, PATIENCE)).toHaveTextContent("Light");
  },
};

/** What cannot be saved is said where it stands, and counted beside Save. */
export const SettingsWithErrors: StoryObj = {
  parameters: { editor: { path: "/models/orders" } },
  play: async (context) => {
    await openSettings?.(context);
    const drawer = within(await screen.findByRole("dialog", {}, PATIENCE));
    await userEvent.type(await drawer.findByRole("textbox", { name: /^Accent colour/ }, PATIENCE), "modernish");
    await userEvent.type(drawer.getByRole("combobox", { name: /^Language/ }), "no language");
    await userEvent.click(drawer.getByRole("button", { name: "Save settings" }));
    await expect(drawer.getByRole("status")).toHaveTextContent("2 fields need attention");
  },
};
