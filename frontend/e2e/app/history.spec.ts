import { expect, test } from "./support";

test("what happened to a record is told with names and values, and it becomes again what it was", async ({ orders, page }) => {
  await orders.open("/orders");
  await orders.row("CO-1037").click();
  await orders.drawer().getByRole("textbox", { name: "Order number" }).fill("CO-9037");
  await orders.drawer().getByRole("combobox", { name: "Customer" }).fill("Lindqvist");
  await page.getByRole("option", { name: "Ada Lindqvist" }).click();
  await orders.drawer().getByRole("button", { name: /^Save/ }).click();
  await expect(orders.row("CO-9037")).toContainText("Ada Lindqvist");

  await orders.row("CO-9037").click();
  await orders.drawer().getByRole("textbox", { name: "Notes" }).fill("Half a thought");
  await page.getByRole("button", { name: "History" }).click();
  const history = page.getByRole("dialog", { name: "History of CO-9037" });
  await expect(history.getByRole("listitem").first()).toContainText("Changed");
  await expect(history.getByRole("listitem").first()).toContainText("As it is now");
  await expect(history.getByRole("listitem").first().locator("del")).toHaveText(["CO-1037", "Duval & Fils"]);
  await expect(history.getByRole("listitem").first().locator("ins")).toHaveText(["CO-9037", "Ada Lindqvist"]);
  await orders.accessible();

  await page.reload();
  await expect(history.getByRole("listitem").first()).toContainText("As it is now");
  await page.keyboard.press("Escape");
  await expect(history).toBeHidden();
  await expect(orders.drawer().getByRole("textbox", { name: "Notes" })).toHaveValue("Half a thought");

  await page.getByRole("button", { name: "History" }).click();
  await history.getByRole("button", { name: /^Restore what it was on/ }).first().click();
  await expect(page.getByText(/^Restored as of /)).toBeVisible();
  await expect(orders.drawer().getByRole("textbox", { name: "Order number" })).toHaveValue("CO-1037");
  await expect(orders.drawer().getByRole("textbox", { name: "Notes" })).toHaveValue("Half a thought");
  await expect(page.locator("[data-id]", { hasText: "CO-1037" })).toContainText("Duval & Fils");
});
