import type { Meta, StoryObj } from "@storybook/react-vite";
import { editorStory } from "../fixtures/story";
import { filledState, memoryServer } from "../fixtures/memoryLink";

const notRunning = () => memoryServer({ ...filledState(), applications: [] });
const blank = () => {
  const state = filledState();
  state.models.forEach((model) => (model.document = { ...model.document, entities: [] }));
  return memoryServer({ ...state, applications: [] });
};
const meta: Meta = { title: "Editor/Entities", decorators: [editorStory], render: () => <></> };
export default meta;

export const Fields: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order", server: notRunning } } };
export const FieldOpen: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order?field=f_status", server: notRunning } } };
export const NewField: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order?field=new", server: notRunning } } };
export const Relationships: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order?tab=relationships&relationship=r_customer", server: notRunning } } };
export const Constraints: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order?tab=constraints", server: notRunning } } };
export const Indexes: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order?tab=indexes", server: notRunning } } };
export const Settings: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order?tab=settings", server: notRunning } } };
export const NoEntities: StoryObj = { parameters: { editor: { path: "/models/orders/entities", server: blank } } };
