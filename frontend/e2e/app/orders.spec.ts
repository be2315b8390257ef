import { expect, test } from "./support";

test("an order is made with a customer that was searched for", async ({ orders, page }) => {
  await orders.open("/orders");
  await expect(orders.readout()).toContainText("40 of 40 orders");
  await page.getByRole("button", { name: "New order" }).click();
  await orders.drawer().getByRole("textbox", { name: "Order number" }).fill("CO-2001");
  await orders.drawer().getByRole("combobox", { name: "Customer" }).fill("Rossi");
  await page.getByRole("option", { name: "Chiara Rossi" }).click();
  await orders.drawer().getByLabel("Total").fill("12.5");
  await orders.drawer().getByRole("button", { name: /^(Create|Save) order/ }).click();
  await expect(orders.drawer()).toBeHidden();
  await expect(orders.row("CO-2001")).toContainText("Chiara Rossi");
  await expect(orders.row("CO-2001")).toContainText("12.50");
});

test("an order number that is taken is refused at its field", async ({ orders, page }) => {
  await orders.open("/orders");
  await page.getByRole("button", { name: "New order" }).click();
  await orders.drawer().getByRole("textbox", { name: "Order number" }).fill("CO-1001");
  await orders.drawer().getByRole("combobox", { name: "Customer" }).fill("Rossi");
  await page.getByRole("option", { name: "Chiara Rossi" }).click();
  await orders.drawer().getByRole("button", { name: /^(Create|Save) order/ }).click();
  await expect(orders.drawer().getByText("1 field needs attention")).toBeVisible();
});

test("a click that leaves a field in error reaches what it was meant for", async ({ orders, page }) => {
  await orders.open("/orders");
  await page.getByRole("button", { name: "New order" }).click();
  await expect(orders.drawer().getByRole("textbox", { name: "Order number" })).toBeFocused();
  await orders.drawer().getByRole("combobox", { name: "Customer" }).click();
  await expect(page.getByRole("option", { name: "Chiara Rossi" })).toBeVisible();
  await expect(orders.drawer().getByText("Give the order a number.")).toBeVisible();
});

test("orders are filtered by their customer, and pages follow each other", async ({ orders, page }) => {
  await orders.open("/orders");
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(page).toHaveURL(/page=2/);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("menuitem", { name: "Customer" }).click();
  await page.getByRole("textbox", { name: "Search Customer" }).fill("Rossi");
  await page.getByRole("option", { name: "Chiara Rossi" }).click();
  await expect(page.getByRole("group", { name: "Filter on Customer" })).toContainText("Chiara Rossi");
  await expect(page).not.toHaveURL(/page=2/);
  for (const row of await page.locator("[data-id]").all()) await expect(row).toContainText("Chiara Rossi");
});

test("orders are filtered by several states, between days and by what is empty, and the address keeps it", async ({ orders, page }) => {
  await orders.open("/orders?f=status~eq~draft&f=order_date~ge~2026-01-01");
  const chip = (field: string) => page.getByRole("group", { name: `Filter on ${field}` });
  await chip("Status").getByRole("button", { name: "is", exact: true }).click();
  await page.getByRole("menuitemradio", { name: "is one of" }).click();
  await chip("Status").getByRole("button", { name: "Draft" }).click();
  await page.getByRole("option", { name: "Shipped" }).click();
  await page.keyboard.press("Escape");
  await expect(chip("Status").getByRole("button", { name: "Draft, Shipped" })).toBeFocused();
  await expect(page).toHaveURL(/f=status%7Ein%7Edraft%7Eshipped|f=status~in~draft~shipped/);
  await page.reload();
  await chip("Ordered").getByRole("button", { name: "from" }).click();
  await page.getByRole("menuitemradio", { name: "is empty" }).click();
  await expect(chip("Ordered").getByRole("button", { name: "is empty" })).toBeVisible();
  await expect(page.getByText("No orders match.")).toBeVisible();
  await chip("Ordered").getByRole("button", { name: /^Remove/ }).click();
  await expect(page.locator("[data-id]").first()).toBeVisible();
  for (const row of await page.locator("[data-id]").all()) await expect(row).toContainText(/Draft|Shipped/);
});

test("a form in the page asks before the page is left with something typed, and makes its record", async ({ orders, page }) => {
  await orders.open("/new_order");
  await page.getByRole("textbox", { name: "Order number" }).fill("CO-3001");
  await page.getByRole("link", { name: "Customers" }).click();
  await expect(page.getByRole("dialog", { name: "Discard unsaved changes?" })).toBeVisible();
  await page.getByRole("button", { name: "Keep editing" }).click();
  await expect(page.getByRole("link", { name: "Customers" })).toBeFocused();
  await page.getByRole("combobox", { name: "Customer" }).fill("Rossi");
  await page.getByRole("option", { name: "Chiara Rossi" }).click();
  await page.getByRole("button", { name: /^Save order/ }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Order number" })).toHaveValue("");
  await page.getByRole("link", { name: /^Orders \d+$/ }).click();
  await expect(orders.row("CO-3001")).toContainText("Chiara Rossi");
});

test("what an address asks of a field without a column is seen, and can be taken away", async ({ orders, page }) => {
  await orders.open("/orders?f=payment_method~is_null&f=colour~eq~red&f=total_amount~ge~much");
  const chip = (field: string) => page.getByRole("group", { name: `Filter on ${field}` });
  await expect(chip("Payment method")).toContainText("is empty");
  await expect(chip("colour")).toContainText("does nothing here");
  await expect(chip("Total")).toContainText("does nothing here");
  await expect(orders.readout()).not.toContainText("40 of 40");
  await orders.accessible();
  await chip("Total").getByRole("button", { name: /^Remove/ }).click();
  await chip("colour").getByRole("button", { name: /^Remove/ }).click();
  await chip("Payment method").getByRole("button", { name: /^Remove/ }).click();
  await expect(orders.readout()).toContainText("40 of 40 orders");
});
