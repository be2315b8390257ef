import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "./support";

test("a model is made, gets an entity with fields, runs, and is deleted", async ({ editor, page, context }) => {
  const name = `garden-${randomBytes(4).toString("hex")}`;
  await editor.open("/models");
  await page.getByRole("heading", { name: /^Models/ }).waitFor();
  await page.keyboard.press("n");
  await page.getByRole("textbox", { name: "Display name" }).fill(name);
  await expect(page.getByRole("textbox", { name: "Technical name" })).toHaveValue(name);
  await page.getByRole("button", { name: "Create model" }).click();
  await expect(page.getByRole("heading", { name: "No entities yet" })).toBeVisible();

  await page.getByRole("button", { name: "Add entity" }).last().click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Display name" }).fill("Plant");
  await page.getByRole("dialog").getByRole("button", { name: "Add entity" }).click();
  await expect(page.getByRole("heading", { name: "Plant" })).toBeVisible();

  await page.getByRole("button", { name: /^Add field/ }).click();
  const panel = page.getByRole("form", { name: "New field" });
  await panel.getByRole("textbox", { name: "Label", exact: true }).fill("Watered on");
  await expect(panel.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("watered_on");
  await panel.getByRole("combobox", { name: "Type" }).click();
  await page.getByRole("option", { name: "Date", exact: true }).click();
  await panel.getByRole("button", { name: "Add field" }).click();
  await expect(page.getByRole("button", { name: "watered_on" })).toBeVisible();
  await editor.saved();

  const [application] = await Promise.all([context.waitForEvent("page"), page.getByRole("button", { name: "Run", exact: true }).click()]);
  await expect(application).toHaveURL(new RegExp(`/app/${name}`));
  await expect(application.getByText("Plant").first()).toBeVisible();
  await application.close();

  await editor.open(`/models?search=${name}`);
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog").getByLabel(/^Type/).fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Delete model" }).click();
  await expect(page.getByText("No models match.")).toBeVisible();
});

test("an exported model is imported again under another name", async ({ editor, page }) => {
  await editor.open("/models/todo");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export" }).click()]);
  const path = await download.path();
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ format: "torque/1", name: "todo" });

  const name = `todo-${randomBytes(4).toString("hex")}`;
  await editor.open("/models");
  await page.getByRole("button", { name: "Import" }).click();
  await page.getByRole("dialog").locator("input[type=file]").setInputFiles(path);
  await page.getByRole("textbox", { name: /^Technical name/ }).fill(name);
  await page.getByRole("button", { name: "Import model" }).click();
  await page.getByRole("button", { name: "Open model" }).click();
  await expect(page).toHaveURL(new RegExp(`/editor/models/${name}$`));
  await expect(page.getByRole("link", { name: "Open", exact: false }).first()).toBeVisible();
});

test("a file that is no model is refused with a reason", async ({ editor, page }) => {
  await editor.open("/models");
  await page.getByRole("button", { name: "Import" }).click();
  await page.getByRole("dialog").locator("input[type=file]").setInputFiles({ name: "shopping.json", mimeType: "application/json", buffer: Buffer.from("[1, 2]") });
  await expect(page.getByRole("alert")).toContainText("shopping.json cannot be imported.");
});

test("a file takes the place of a model after saying what that changes, and history shows it and takes it back", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  const { model } = (await editor.graphql("query($id: ID!) { model(id: $id) { document } }", { id: name })) as { model: { document: { entities: { fields: { name: string }[] }[]; pages: object[] } } };
  const [entity] = model.document.entities;
  const changed = { ...model.document, entities: [{ ...entity, fields: entity?.fields.filter((field) => field.name !== "status") }] };
  await editor.open(`/models/${name}`);
  await page.getByRole("button", { name: "More actions for the model" }).click();
  await page.getByRole("menuitem", { name: "Import into this model" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[type=file]").setInputFiles({ name: "todo.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(changed)) });
  await expect(dialog.getByText("The file holds nothing new.")).toBeVisible();
  await dialog.getByText("Replace", { exact: true }).click();
  await expect(dialog.getByRole("list", { name: "Changes to the model" })).toContainText("Removed field status");
  await expect(dialog.getByRole("region", { name: "Effect on stored records" })).toContainText("All 5 records");
  await dialog.getByRole("button", { name: "Replace model" }).click();
  await expect(dialog.getByText(/is imported\.$/)).toBeVisible();
  await dialog.getByRole("button", { name: "Open model" }).click();

  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("button", { name: "Show differences of revision 2" }).click();
  await expect(page.getByRole("list", { name: "Differences of revision 2" })).toContainText("Removed field status");
  await page.getByRole("button", { name: "Restore revision 1" }).click();
  await expect(page.getByText("Revision 1 is restored.")).toBeVisible();
  await page.getByRole("link", { name: /^Data model/ }).click();
  await expect(page.getByRole("button", { name: "status", exact: true })).toBeVisible();
});
