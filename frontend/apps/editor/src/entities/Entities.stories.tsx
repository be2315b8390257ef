import type { Meta, StoryObj } from "@storybook/react-vite";
import { editorStory } from "../fixtures/story";
import { filledState, memoryServer } from "../fixtures/memoryLink";

const notRunning = () => memoryServer({ ...filledState(), applications: [] });
const blank = () => {
  const state = filledState();
  state.models.forEach((model) => (model.document = { ...model.document, entities: [] }));
  return memoryServer({ ...state, applications: [] });
};
const hooked = () => {
  const state = filledState();
  for (const model of state.models) {
    const entities = (model.document.entities ?? []).map((entity) => ({
      ...entity,
      fields: [...entity.fields, { id: entity.id === "e_order" ? "f_scan" : "f_photo", name: "scan", display_name: "Scan", field_type: { type: "Binary" as const, max_size: 5_242_880, types: ["image/*", "application/pdf"] } }],
      lifecycle_hooks: [{ event: "BeforeCreate", xflow: "export_orders" }, { event: "AfterUpdate", xflow: "export_orders", enabled: false, order: 1 }],
    }));
    model.document = { ...model.document, entities };
  }
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
export const Hooks: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order?tab=hooks", server: hooked } } };
export const FileField: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order?field=f_scan", server: hooked } } };
export const Settings: StoryObj = { parameters: { editor: { path: "/models/orders/entities/e_order?tab=settings", server: notRunning } } };
export const NoEntities: StoryObj = { parameters: { editor: { path: "/models/orders/entities", server: blank } } };
