import { randomBytes } from "node:crypto";
import { expect, test, type Editor } from "./support";

const model = (name: string): object => ({
  format: "torque/1",
  name,
  display_name: name,
  version: "1.0.0",
  entities: [
    { id: "tool", name: "tool", display_name: "Tool", fields: [{ id: "tool_name", name: "name", field_type: { type: "String" }, required: true }, { id: "tool_weight", name: "weight", field_type: { type: "Integer", min: 0, max: 100 }, required: true }] },
    { id: "loan", name: "loan", display_name: "Loan", fields: [{ id: "loan_tool", name: "tool_id", field_type: { type: "Reference", entity: "tool" }, required: true }] },
  ],
  sample_data: { tool: Array.from({ length: 5 }, (_, at) => ({ name: `Tool ${String(at)}`, weight: at * 10 })) },
});

/** A model of its own with five tools, and its application. */
async function shed(editor: Editor): Promise<string> {
  const name = `shed-${randomBytes(4).toString("hex")}`;
  await editor.graphql("mutation($document: String!) { importModel(document: $document) { model { id } } }", { document: JSON.stringify(model(name)) });
  return name;
}

test("records are asked for by conditions, and those that match are deleted by the name of their entity", async ({ editor, page }) => {
  const name = await shed(editor);
  await editor.open(`/models/${name}/data/${name}/tool`);
  await expect(page.getByText("Tool 4")).toBeVisible();
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("combobox", { name: "Field" }).fill("weight");
  await page.getByRole("option", { name: "weight" }).click();
  await page.getByRole("textbox", { name: "Value for Weight" }).fill("30");
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 of 5 tools")).toBeVisible();
  await expect(page).toHaveURL(/where=/);
  await page.reload();
  await expect(page.getByText("2 of 5 tools")).toBeVisible();

  await page.getByRole("button", { name: "Delete records" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("radio", { name: "Tool: those the list shows (2)" })).toBeChecked();
  await dialog.getByRole("button", { name: "Delete records" }).click();
  await expect(dialog.getByText("Type exactly tool.")).toBeVisible();
  await dialog.getByRole("textbox").fill("tool");
  await dialog.getByRole("button", { name: "Delete records" }).click();
  await expect(page.getByText("2 records deleted.")).toBeVisible();
  await page.getByRole("button", { name: "Clear search and filters" }).click();
  await expect(page.getByText("3 of 3 tools")).toBeVisible();
});

test("records are made up by the model, and all of an application deleted by its name", async ({ editor, page }) => {
  const name = await shed(editor);
  await editor.open(`/models/${name}/data/${name}/loan`);
  await page.getByRole("button", { name: "Generate data" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Records of each" }).fill("300");
  await dialog.getByRole("button", { name: "Generate records" }).click();
  await expect(page.getByText("300 records made.")).toBeVisible();
  await expect(page.getByText("300 of 300 loans")).toBeVisible();
  await page.getByRole("button", { name: "Delete records" }).click();
  await dialog.getByRole("radio", { name: /^All records of/ }).check();
  await dialog.getByRole("textbox").fill(name);
  await dialog.getByRole("button", { name: "Delete records" }).click();
  await expect(page.getByText("305 records deleted.")).toBeVisible();
  await expect(page.getByText("There are no loans yet.")).toBeVisible();
});
