import { expect, signInLink, test } from "./support";

test("a field added to the model and its grid appears in the running application, and goes with a restored revision", async ({ editor, page, context }) => {
  const name = await editor.copyOf("todo");
  const application = await context.newPage();
  await application.goto(`/app/${name}`);
  await expect(application.getByText("Task").first()).toBeVisible();

  await editor.open(`/models/${name}/entities`);
  await page.getByRole("button", { name: /^Add field/ }).click();
  const panel = page.getByRole("form", { name: "New field" });
  await panel.getByRole("textbox", { name: "Label", exact: true }).fill("Effort");
  await panel.getByRole("button", { name: "Add field" }).click();
  await expect(page.getByRole("button", { name: "effort" })).toBeVisible();
  await editor.saved();
  const withField = await editor.revision();

  await page.getByRole("link", { name: /^Pages/ }).click();
  const code = page.getByRole("textbox", { name: "Page TODO List as JSON" });
  await expect(page.locator(".view-lines")).toContainText("start_page");
  await code.focus();
  await page.keyboard.press("ControlOrMeta+f");
  await page.getByRole("textbox", { name: "Find" }).fill('"columns": [');
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("End");
  await page.keyboard.insertText('{ "field": "effort", "title": "Effort" },');
  await page.keyboard.press("ControlOrMeta+s");
  await editor.saved();
  await expect(page.getByRole("region", { name: "Preview" }).getByRole("columnheader", { name: "Effort" })).toBeVisible();
  await expect(application.getByRole("columnheader", { name: "Effort" })).toBeVisible();

  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("button", { name: `Restore revision ${String(withField - 1)}` }).click();
  await expect(application.getByRole("columnheader", { name: "Effort" })).toHaveCount(0);
  await page.getByRole("link", { name: /^Data model/ }).click();
  await expect(page.getByRole("button", { name: "label" })).toBeVisible();
  await expect(page.getByRole("button", { name: "effort" })).toHaveCount(0);
});

test("an edit is undone and made again, across a reload", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/entities?field=label`);
  const panel = page.getByRole("form", { name: "label" });
  await panel.getByRole("textbox", { name: "Label", exact: true }).fill("What to do");
  await expect(panel.getByText("1 change")).toBeVisible();
  await panel.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("cell", { name: "What to do" })).toBeVisible();
  await editor.saved();

  await editor.loseOnce("Model");
  await page.reload();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("cell", { name: "Task" })).toBeVisible();
  await page.getByRole("button", { name: "Redo" }).click();
  await expect(page.getByRole("cell", { name: "What to do" })).toBeVisible();
});

test("two editors that change the same are asked whose change counts", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/entities?field=label`);
  const panel = page.getByRole("form", { name: "label" });
  await panel.getByRole("textbox", { name: "Label", exact: true }).fill("Mine");

  let met = false;
  await page.route("**/graphql", async (route) => {
    const body = route.request().postDataJSON() as { operationName?: string };
    if (body.operationName === "ApplyChanges" && !met) {
      met = true;
      const changes = [{ type: "UpdateField", target: "field_todo_label", set: { display_name: "Theirs" } }];
      const { model } = (await editor.graphql("query($id: ID!) { model(id: $id) { id } }", { id: name })) as { model: { id: string } };
      await editor.graphql("mutation($id: ID!, $changes: [JSON!]!) { applyChanges(modelId: $id, changes: $changes) { revision } }", { id: model.id, changes });
    }
    await route.continue();
  });
  await panel.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("alert")).toContainText("UpdateField todo.label");
  await page.getByRole("button", { name: "Use theirs" }).click();
  await expect(page.getByRole("cell", { name: "Theirs" })).toBeVisible();
});

test("the command palette goes to a field by keyboard alone", async ({ editor, page }) => {
  await editor.open("/models/todo");
  await page.getByRole("heading", { name: "Applications" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("status");
  await expect(page.getByRole("option").first()).toContainText("status");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("form", { name: "status" })).toBeVisible();
});

test("records are browsed and added without leaving the editor", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/data`);
  await page.getByRole("button", { name: "New Todo" }).click();
  await page.getByRole("dialog").getByLabel("Task").fill("Read the manual");
  await page.getByRole("dialog").getByRole("button", { name: /^Create todo/ }).click();
  await expect(page.getByText("Read the manual")).toBeVisible();
});

test("an edit that meets the end of the session is there after signing in again", async ({ editor, page, context }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/entities?field=label`);
  const form = page.getByRole("form", { name: "label" });
  await expect(form).toBeVisible();
  await context.clearCookies();
  await form.getByRole("textbox", { name: "Label", exact: true }).fill("What to do");
  await form.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/sign-in/);
  await page.goto(signInLink());
  await page.waitForURL(/\/editor\/models$/);
  await editor.open(`/models/${name}/entities?field=label`);
  await expect(page.getByRole("cell", { name: "What to do" })).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await editor.saved();
});

test("a model that somebody else deletes says so where it is open", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/history`);
  await expect(page.getByText("Current revision")).toBeVisible();
  const { model } = (await editor.graphql("query($id: ID!) { model(id: $id) { id applications { id } } }", { id: name })) as { model: { id: string; applications: { id: string }[] } };
  for (const { id } of model.applications) await editor.graphql("mutation($id: ID!) { deleteApplication(id: $id) }", { id });
  await editor.graphql("mutation($id: ID!) { deleteModel(modelId: $id) }", { id: model.id });
  await expect(page.getByRole("alert", { name: "Deleted" })).toBeVisible();
});
