import type { Meta, StoryObj } from "@storybook/react-vite";
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
