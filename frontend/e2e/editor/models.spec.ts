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
