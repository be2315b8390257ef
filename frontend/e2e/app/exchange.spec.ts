import { readFile } from "node:fs/promises";
import { expect, test } from "./support";

const file = (text: string) => ({ name: "todos.csv", mimeType: "text/csv", buffer: Buffer.from(text) });

test("records come from a file, tried before they are kept, and go into one as the list shows them", async ({ todo, page }) => {
  await todo.open("?sort=label");
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Import…" }).click();
  await expect(page).toHaveURL(/file=import/);
  await page.getByLabel("Choose a file").setInputFiles(file("What,Status\nSharpen the saw,open\nOil the gate,later\n"));
  await page.getByRole("combobox", { name: "Field for What" }).click();
  await page.getByRole("option", { name: "Task" }).click();
  await page.getByRole("button", { name: "Check" }).click();
  await expect(page.getByText("1 of 2 rows do not fit.")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "Status" }).last()).toContainText("2");
  await todo.accessible();

  await page.getByRole("button", { name: "Leave them out and import 1" }).click();
  await expect(page.getByText("Imported 1 row.")).toBeVisible();
  await page.getByRole("button", { name: "Show todos" }).click();
  await expect(todo.row("Sharpen the saw")).toBeVisible();
  await expect(todo.readout()).toContainText("6 of 6 todos");

  await todo.open("?q=the&sort=-label&file=export");
  await page.getByRole("checkbox", { name: "Status" }).uncheck();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export", exact: true }).click()]);
  const [head = "", ...rows] = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  expect(head.split(",")).toEqual(expect.arrayContaining(["id", "label"]));
  expect(head.split(",")).not.toContain("status");
  const labels = rows.map((row) => row.split(",")[head.split(",").indexOf("label")]);
  expect(labels).toContain("Sharpen the saw");
  expect(labels).toEqual(labels.toSorted().reverse());
});
