import { readFile } from "node:fs/promises";
import { expect, test } from "./support";

test("a todo is added, edited, searched, filtered and sorted, and the address keeps all of it", async ({ todo, page }) => {
  await todo.open();
  await expect(page.getByRole("heading", { name: "TODO List" })).toBeVisible();
  await expect(todo.readout()).toContainText("5 of 5 todos");

  await todo.add("Paint the fence");
  await expect(todo.row("Paint the fence")).toContainText("Open");
  await expect(todo.readout()).toContainText("6 of 6 todos");

  await todo.row("Paint the fence").click();
  await todo.drawer().getByRole("textbox", { name: "Task" }).fill("Paint the gate");
  await todo.drawer().getByRole("button", { name: /^Save/ }).click();
  await expect(todo.row("Paint the gate")).toBeVisible();
  await expect(todo.row("Paint the fence")).toHaveCount(0);

  await page.getByRole("searchbox", { name: "Search todos" }).fill("gate");
  await expect(todo.readout()).toContainText("1 of 6 todos");
  await expect(page).toHaveURL(/q=gate/);
  await page.getByRole("searchbox", { name: "Search todos" }).fill("");
  await expect(todo.readout()).toContainText("6 of 6 todos");

  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("menuitem", { name: "Status" }).click();
  await page.getByRole("option", { name: "Closed" }).click();
  await expect(todo.readout()).toContainText("2 of 6 todos");
  await expect(todo.row("Paint the gate")).toHaveCount(0);

  await page.getByRole("button", { name: "Task", exact: true }).click();
  await expect(page).toHaveURL(/sort=label/);
  const titles = page.locator("[data-id] [data-first]");
  await expect(titles).toHaveText(["Book the train to Hamburg", "Renew the library card"]);

  await page.reload();
  await expect(titles).toHaveText(["Book the train to Hamburg", "Renew the library card"]);
  await expect(page.getByRole("group", { name: "Filter on Status" })).toContainText("Closed");
  await page.goBack();
  await expect(page.getByRole("columnheader", { name: "Task" })).not.toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("button", { name: "Remove the filter on Status" }).click();
  await expect(todo.readout()).toContainText("6 of 6 todos");
});

test("a deleted todo comes back by Undo, and is gone for good without it", async ({ todo, page }) => {
  await todo.open();
  await todo.row("Water the plants").click();
  await todo.drawer().getByRole("button", { name: "Delete" }).click();
  await expect(todo.row("Water the plants")).toHaveCount(0);
  await expect(todo.readout()).toContainText("4 of 4 todos");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(todo.row("Water the plants")).toBeVisible();

  await page.getByRole("checkbox", { name: "Select Water the plants" }).check();
  await page.getByRole("checkbox", { name: "Select Call the electrician" }).check();
  await page.getByRole("toolbar", { name: "Selected rows" }).getByRole("button", { name: "Delete" }).click();
  await expect(todo.readout()).toContainText("3 of 3 todos");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(todo.readout()).toContainText("5 of 5 todos");
  await page.getByRole("checkbox", { name: "Select Call the electrician" }).check();
  await page.getByRole("button", { name: "Set status" }).click();
  await page.getByRole("option", { name: "Closed" }).click();
  await expect(todo.row("Call the electrician")).toContainText("Closed");

  await todo.row("Buy groceries").hover();
  await todo.row("Buy groceries").getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  // A page with a service worker is the hard case: the browser drops requests that are to outlive it.
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await expect(page.getByText("Deleted Buy groceries.")).toBeVisible();
  await page.reload();
  await expect(todo.readout()).toContainText("4 of 4 todos");
  await expect(todo.row("Buy groceries")).toHaveCount(0);
  await expect(todo.row("Water the plants")).toBeVisible();
});

test("what a form lacks is said at its field, counted at its foot, and nothing typed is lost by accident", async ({ todo, page }) => {
  await todo.open();
  await page.getByRole("button", { name: "New Todo" }).click();
  await todo.drawer().getByRole("button", { name: /^Create todo/ }).click();
  await expect(todo.drawer().getByText("Task description is required")).toBeVisible();
  await expect(todo.drawer().getByText("1 field needs attention")).toBeVisible();

  await todo.drawer().getByRole("textbox", { name: "Task" }).fill("Half a thought");
  await expect(todo.drawer().getByText("Task description is required")).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Discard unsaved changes?" })).toBeVisible();
  await page.getByRole("button", { name: "Keep editing" }).click();
  await expect(todo.drawer().getByRole("textbox", { name: "Task" })).toHaveValue("Half a thought");
  await page.goBack();
  await page.getByRole("button", { name: "Discard changes" }).click();
  await expect(todo.drawer()).toBeHidden();
  await expect(todo.readout()).toContainText("5 of 5 todos");
});

test("what is typed outlives a reload and a lost network, and is made once however often it is sent", async ({ todo, page, context }) => {
  await todo.open("?form=todo_form&new=1");
  const task = todo.drawer().getByRole("textbox", { name: "Task" });
  await task.fill("Typed once");
  await expect(todo.drawer().getByText("1 unsaved change")).toBeVisible();
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await expect(task).toHaveValue("Typed once");
  await context.setOffline(true);
  await todo.drawer().getByRole("button", { name: /^Create todo/ }).click();
  await expect(todo.drawer().getByText("The server cannot be reached.")).toBeVisible();
  await context.setOffline(false);
  await todo.drawer().getByRole("button", { name: /^Create todo/ }).dblclick();
  await expect(todo.drawer()).toBeHidden();
  await expect(todo.row("Typed once")).toHaveCount(1);
  await page.getByRole("button", { name: "New Todo" }).click();
  await expect(task).toHaveValue("");
});

test.describe("to a German reader", () => {
  test.use({ locale: "de-DE" });

  test("an application speaks German, down to its fields, and counts beside its pages", async ({ todo, page }) => {
    await todo.open();
    await expect(page.getByRole("heading", { name: "Aufgabenliste" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Aufgabenliste" })).toContainText("5");
    await expect(page.getByRole("columnheader", { name: "Angelegt" })).toBeVisible();
    await expect(todo.row("Buy groceries")).toContainText("Offen");
    await page.getByRole("button", { name: "Neue Aufgabe" }).click();
    await expect(todo.drawer().getByRole("textbox", { name: "Was ist zu tun?" })).toBeFocused();
    await page.keyboard.type("Zaun streichen");
    await page.keyboard.press("Control+s");
    await expect(todo.row("Zaun streichen")).toBeVisible();
    await expect(page.getByRole("link", { name: "Aufgabenliste" })).toContainText("6");
  });
});

test("the dashboard shows open and closed ones and its button downloads what the workflow answers", async ({ todo, page }) => {
  await todo.open("/dashboard_page");
  await expect(page.getByRole("grid", { name: "Open" }).getByRole("row")).toHaveCount(4);
  await expect(page.getByRole("grid", { name: "Closed" }).getByRole("row")).toHaveCount(3);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export todos" }).click()]);
  expect(await readFile(await download.path(), "utf8")).toContain("Water the plants");
});

test("a todo is added and opened with the keyboard alone", async ({ todo, page }) => {
  await todo.open();
  await page.getByRole("button", { name: "New Todo" }).focus();
  await page.keyboard.press("Enter");
  await expect(todo.drawer()).toBeVisible();
  await expect(todo.drawer().getByRole("textbox", { name: "Task" })).toBeFocused();
  await page.keyboard.type("Written by hand");
  await page.keyboard.press("Control+s");
  await expect(todo.drawer()).toBeHidden();
  await expect(todo.row("Written by hand")).toBeVisible();
  await page.locator("[data-index='0']").focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.locator("[data-index='1']")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(todo.drawer()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(todo.drawer()).toBeHidden();
});
