/** The deleted records of a list, and the way back for them. */
import { expect, test } from "./support";

test("what was deleted is listed with who and when, looked at and brought back, one and several", async ({ orders, page }) => {
  const found = await orders.call<{ data: { id: string; number: string }[] }>(page.request, "loadEntityData", { entityType: "order", filters: { number: { in: ["CO-1036", "CO-1037", "CO-1038"] } } });
  for (const { id } of found.data) await orders.call(page.request, "deleteEntity", { entityId: id });
  await orders.open("/orders?q=CO-10");
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Deleted orders" }).click();
  await expect(page).toHaveURL(/deleted=order/);
  await expect(page.getByRole("heading", { level: 1, name: "Deleted orders" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Back to / })).toBeFocused();
  await expect(page.locator("[data-id]")).toHaveCount(3);
  await expect(orders.row("CO-1037")).toContainText("Duval & Fils");
  await orders.accessible();

  await orders.row("CO-1037").click();
  const dialog = page.getByRole("dialog", { name: "CO-1037" });
  await expect(dialog).toContainText(/^.*Deleted by .+, \d+ \w+ \d{4}, \d\d:\d\d/);
  await expect(dialog.getByRole("definition").filter({ hasText: "Duval & Fils" })).toBeVisible();
  await orders.accessible();
  await page.reload();
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await orders.row("CO-1037").focus();
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Restored CO-1037.")).toBeVisible();
  await expect(dialog).toBeHidden();
  await expect(page.locator("[data-id]")).toHaveCount(2);
  await expect(page.locator("[role=row][data-id]:focus")).toHaveCount(1);

  await page.getByRole("checkbox", { name: "Select all rows of this page" }).check();
  await page.getByRole("toolbar", { name: "Selected rows" }).getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Restored 2 orders.")).toBeVisible();
  await expect(page.getByText("There are no deleted orders yet.")).toBeVisible();

  await page.getByRole("button", { name: /^Back to / }).click();
  await expect(page).toHaveURL(/orders\?q=CO-10$/);
  await expect(page.getByRole("button", { name: "More", exact: true })).toBeFocused();
  for (const number of ["CO-1036", "CO-1037", "CO-1038"]) await expect(orders.row(number)).toBeVisible();
});

test("what cannot come back says why and stays, and the list follows what others delete", async ({ orders, page }) => {
  const data = { name: "Taken", email: "taken@example.com" };
  const first = await orders.call<{ id: string }>(page.request, "createEntity", { entityType: "customer", data });
  await orders.call(page.request, "deleteEntity", { entityId: first.id });
  const second = await orders.call<{ id: string }>(page.request, "createEntity", { entityType: "customer", data: { ...data, name: "Taker" } });
  await orders.open("/customers?deleted=customer");
  await page.locator("[data-id]", { hasText: /^Taken/ }).getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Restore" }).click();
  await expect(page.getByText("Taken was not restored: Another customer has this e-mail address.")).toBeVisible();
  await orders.call(page.request, "deleteEntity", { entityId: second.id });
  await expect(orders.row("Taker")).toBeVisible();
  await page.locator("[data-id]", { hasText: /^Taken/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Taken" }).getByRole("button", { name: "Restore" }).press("Enter");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await expect(orders.drawer().getByRole("textbox", { name: "Name" })).toHaveValue("Taken");
});
