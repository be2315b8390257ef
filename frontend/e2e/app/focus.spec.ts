/** Where the focus is after what had it is gone: by keyboard, a reader goes on from there. */
import { expect, test } from "./support";

test("after several are deleted the focus is on the row that follows, and Undo gives it to one of them", async ({ orders, page }) => {
  await orders.open("/orders");
  await orders.row("CO-1040").focus();
  await page.keyboard.press(" ");
  await page.keyboard.press("Shift+ArrowDown");
  const toolbar = page.getByRole("toolbar", { name: "Selected rows" });
  await toolbar.getByRole("button", { name: "Delete" }).focus();
  await page.keyboard.press("Enter");
  await expect(orders.row("CO-1040")).toBeHidden();
  await expect(orders.row("CO-1038")).toBeFocused();
  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row").and(page.locator(":focus"))).toContainText(/CO-10(40|39)/);
});

test("after a delete in the drawer the focus is on the row that takes the place, and Undo gives it back", async ({ orders, page }) => {
  await orders.open("/orders");
  await orders.row("CO-1039").focus();
  await page.keyboard.press("Enter");
  await expect(orders.drawer()).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(orders.row("CO-1038")).toBeFocused();
  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Enter");
  await expect(orders.row("CO-1039")).toBeFocused();
});

test("after a delete in a drawer that the address opened the focus is on the page", async ({ orders, page }) => {
  await orders.open("/orders");
  await orders.row("CO-1039").click();
  await expect(orders.drawer()).toBeVisible();
  await page.reload();
  await expect(orders.drawer()).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.locator("main")).toBeFocused();
});
