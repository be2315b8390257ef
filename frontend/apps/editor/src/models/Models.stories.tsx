import type { Meta, StoryObj } from "@storybook/react-vite";
import { editorStory, failing } from "../fixtures/story";
import { emptyState, memoryServer } from "../fixtures/memoryLink";

const meta: Meta = { title: "Editor/Models", decorators: [editorStory], render: () => <></> };
export default meta;

export const Filled: StoryObj = { parameters: { editor: { path: "/models" } } };
export const FirstRun: StoryObj = { parameters: { editor: { path: "/models", server: () => memoryServer(emptyState()) } } };
export const NothingMatches: StoryObj = { parameters: { editor: { path: "/models?search=nothing" } } };
export const Loading: StoryObj = { parameters: { editor: { path: "/models", server: () => memoryServer(undefined, "never") } } };
export const Failed: StoryObj = { parameters: { editor: { path: "/models", server: failing("Models") } } };
export const SignIn: StoryObj = { parameters: { editor: { path: "/sign-in" } } };
