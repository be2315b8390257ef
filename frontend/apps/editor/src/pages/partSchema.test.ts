import { expect, it } from "vitest";
import { orders } from "../fixtures/documents";
import { componentSchemas } from "./componentSchemas";
import { partSchema, type Schema } from "./partSchema";

const model: Schema = {
  $defs: {
    Page: { type: "object", properties: { target_entities: { type: "array", items: { type: "string" } }, components: { type: "array", items: { $ref: "#/$defs/Component" } } } },
    Component: { type: "object", properties: { type: { type: "string" }, props: { type: "object" } } },
  },
};

it("offers the names of the model where a name is wanted, and the props of each component type", () => {
  const schema = partSchema(model, "Page", orders, componentSchemas) as { $ref: string; $defs: Record<string, Schema> };
  expect(schema.$ref).toBe("#/$defs/Page");
  expect(JSON.stringify(schema.$defs.Page)).toContain('"examples":["customer","order"]');
  expect(schema.$defs["props:DataGrid"]).toMatchObject({ properties: { entityType: { examples: ["customer", "order"] } } });
  expect(schema.$defs.Component?.allOf).toContainEqual({
    if: { properties: { type: { const: "DataGrid" } }, required: ["type"] },
    then: { properties: { props: { $ref: "#/$defs/props:DataGrid" } } },
  });
});
