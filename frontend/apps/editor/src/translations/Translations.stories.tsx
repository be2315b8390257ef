import type { Meta, StoryObj } from "@storybook/react-vite";
import { editorStory } from "../fixtures/story";
import { filledState, memoryServer } from "../fixtures/memoryLink";

const translated = () => {
  const state = filledState();
  const locales = { de: { Order: "Auftrag", Freight: "Fracht", Colour: "Farbe" }, fr: {} };
  return memoryServer({ ...state, applications: [], models: state.models.map((model) => ({ ...model, document: { ...model.document, locales } })) });
};
const untranslated = () => memoryServer({ ...filledState(), applications: [] });
const meta: Meta = { title: "Editor/Translations", decorators: [editorStory], render: () => <></> };
export default meta;

export const Languages: StoryObj = { parameters: { editor: { path: "/models/orders/translations", server: translated } } };
export const NoLanguages: StoryObj = { parameters: { editor: { path: "/models/orders/translations", server: untranslated } } };
