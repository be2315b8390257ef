import { expect, test } from "./support";

test("what somebody else saves appears without a reload", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/entities`);
  await expect(page.getByRole("button", { name: "label" })).toBeVisible();
  const { model } = (await editor.graphql("query($id: ID!) { model(id: $id) { id } }", { id: name })) as { model: { id: string } };
  const changes = [{ type: "AddField", parent: "entity_todo", value: { id: "field_todo_owner", name: "owner", field_type: { type: "String" } } }];
  await editor.graphql("mutation($id: ID!, $changes: [JSON!]!) { applyChanges(modelId: $id, changes: $changes) { revision } }", { id: model.id, changes });
  await expect(page.getByRole("button", { name: "owner" })).toBeVisible();
});

test("a page is added as a list, drawn, hidden from the navigation, removed, and brought back", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/pages`);
  await page.getByRole("button", { name: "Add page" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Title" }).fill("Everything to do");
  await dialog.getByRole("combobox", { name: "Content" }).click();
  await page.getByRole("option", { name: "List of Todo" }).click();
  await dialog.getByRole("button", { name: "Add page" }).click();
  await expect(page.getByRole("region", { name: "Preview" }).getByRole("heading", { name: "Everything to do" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Preview" }).getByText("Water the plants")).toBeVisible();

  await page.getByRole("button", { name: "Actions for the page Everything to do" }).click();
  await page.getByRole("menuitem", { name: "Hide from navigation" }).click();
  await editor.saved();
  await page.getByRole("button", { name: "Actions for the page Everything to do" }).click();
  await page.getByRole("menuitem", { name: "Remove page" }).click();
  await expect(page.getByRole("link", { name: "Everything to do" })).toHaveCount(0);
  await page.getByRole("log").getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: "Everything to do" })).toBeVisible();
});

test("a draft of a page is not lost without asking", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/pages/start_page`);
  await expect(page.locator(".view-lines")).toContainText("start_page");
  await page.getByRole("textbox", { name: "Page TODO List as JSON" }).focus();
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.insertText(" ");
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  await page.keyboard.insertText('\n  "note": "draft",');
  await expect(page.getByText("Not applied yet")).toBeVisible();
  await page.getByRole("link", { name: "Dashboard" }).click();
  await expect(page.getByRole("dialog", { name: "Leave without applying?" })).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page).toHaveURL(/start_page$/);
});

test("a relationship brings the reference field it needs", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/entities`);
  await page.getByRole("button", { name: "Add entity" }).first().click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Display name" }).fill("Person");
  await page.getByRole("dialog").getByRole("button", { name: "Add entity" }).click();
  await page.getByRole("link", { name: /^Todo \d/ }).click();
  await page.getByRole("link", { name: /^Relationships/ }).click();
  await page.getByRole("button", { name: "Add relationship" }).click();
  const panel = page.getByRole("form", { name: "New relationship" });
  await panel.getByRole("textbox", { name: "Name" }).fill("todo_person");
  await panel.getByRole("button", { name: "Add relationship" }).click();
  await expect(page.getByRole("cell", { name: "Todo person_id" })).toBeVisible();
  await editor.saved();
  await page.getByRole("link", { name: /^Fields/ }).click();
  await expect(page.getByRole("button", { name: "person_id" })).toBeVisible();
});

test("an application is made, stopped, started and deleted", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}`);
  await page.getByRole("button", { name: "New application" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Label" }).fill("Trial");
  await dialog.getByRole("textbox", { name: "Name in its address" }).fill(`${name}-trial`);
  await dialog.getByRole("button", { name: "Create application" }).click();
  const row = page.getByRole("row", { name: /Trial/ });
  await expect(row.getByRole("cell", { name: "Running" })).toBeVisible();

  await row.getByRole("button", { name: "Actions for the application Trial" }).click();
  await page.getByRole("menuitem", { name: "Stop" }).click();
  await expect(row.getByRole("cell", { name: "Stopped" })).toBeVisible();
  await row.getByRole("button", { name: "Start" }).click();
  await expect(row.getByRole("cell", { name: "Running" })).toBeVisible();

  await row.getByRole("button", { name: "Actions for the application Trial" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await dialog.getByRole("textbox").fill(`${name}-trial`);
  await dialog.getByRole("button", { name: "Delete application" }).click();
  await expect(row).toHaveCount(0);
});

test("verification leads to the place of a finding, and its fix mends it", async ({ editor, page }) => {
  const name = await editor.copyOf("customer-orders");
  await editor.open(`/models/${name}/entities/order?tab=relationships`);
  await page.getByRole("button", { name: "customer_orders" }).click();
  const panel = page.getByRole("form", { name: "customer_orders" });
  await panel.getByRole("combobox", { name: "On delete" }).click();
  await page.getByRole("option", { name: "Clear the reference" }).click();
  await panel.getByRole("button", { name: "Apply" }).click();
  await editor.saved();
  await page.getByRole("link", { name: "1 warning" }).click();
  await page.getByRole("button", { name: "Refuse deleting (Restrict)" }).click();
  await expect(page.getByText("Nothing to mend.")).toBeVisible();
});

test("an expression that names an unknown field is refused at its input; a check says how many records break it", async ({ editor, page }) => {
  const name = await editor.copyOf("customer-orders");
  await editor.open(`/models/${name}/entities/order?tab=constraints&constraint=new`);
  const panel = page.getByRole("form", { name: "New constraint" });
  await panel.getByRole("textbox", { name: "Name" }).fill("worth_it");
  await panel.getByRole("combobox", { name: "Type" }).click();
  await page.getByRole("option", { name: "Check" }).click();
  const expression = panel.getByRole("textbox", { name: "Expression" });
  await expression.fill("amount > 100");
  await panel.getByRole("button", { name: "Add constraint" }).click();
  await expect(panel.getByText(/^The check 'worth_it' of 'order' cannot be evaluated/)).toBeVisible();
  await expect(panel.getByText("1 field needs attention")).toBeVisible();

  await expression.fill("total_amount > 500");
  await expect(panel.getByText(/of 40 records/)).toBeVisible();
  await panel.getByRole("button", { name: "Add constraint" }).click();
  await expect(page.getByRole("cell", { name: "total_amount > 500" })).toBeVisible();
  await editor.saved();
});

test("a removed field says first how many records hold it, and comes back with its values", async ({ editor, page }) => {
  const name = await editor.copyOf("customer-orders");
  await editor.open(`/models/${name}/entities/order?field=status`);
  await page.getByRole("button", { name: "Remove field" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem")).toContainText("All 40 records of Order: a value in Status is hidden");
  await dialog.getByRole("button", { name: "Remove field" }).click();
  await expect(page.getByRole("button", { name: "status", exact: true })).toHaveCount(0);
  await page.getByRole("log").getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: "status", exact: true })).toBeVisible();
  await editor.saved();
  await expect(page.getByRole("region", { name: "Preview" }).getByText("Cancelled").first()).toBeVisible();
});
