/** The deleted records of a list, and the way back for them. */
import { randomBytes } from "node:crypto";
import { Application, expect, test } from "./support";

const named = { name: "name", display_name: "Name", field_type: { type: "String" }, required: true };
const crates = {
  format: "torque/1",
  name: "crates",
  display_name: "Crates",
  entities: [
    { id: "crate", name: "crate", display_name: "Crate", fields: [{ ...named, id: "crate_name" }] },
    { id: "bottle", name: "bottle", display_name: "Bottle", fields: [{ ...named, id: "bottle_name" }, { id: "bottle_crate", name: "crate", display_name: "Crate", field_type: { type: "Reference", entity: "crate" } }] },
  ],
  relationships: [{ id: "holds", name: "holds", type: "OneToMany", from_entity: "crate", to_entity: "bottle", to_field: "crate", cascade: "Delete" }],
};
const IMPORT = "mutation($document: String!, $name: String!) { importModel(document: $document, name: $name) { application { name } } }";

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

test("what was deleted a moment ago is among the deleted at once, and in its list again when it comes back", async ({ orders, page }) => {
  await orders.open("/orders?q=CO-1035");
  await page.getByRole("checkbox", { name: "Select all rows of this page" }).check();
  await page.getByRole("toolbar", { name: "Selected rows" }).getByRole("button", { name: /Delete/ }).click();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Deleted orders" }).click();
  await expect(orders.row("CO-1035")).toBeVisible({ timeout: 4000 });
  await expect(page.getByRole("button", { name: "Undo" })).toBeHidden();
  await orders.row("CO-1035").getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Restore" }).click();
  await expect(page.getByText("Restored CO-1035.")).toBeVisible();
  await page.getByRole("button", { name: /^Back to / }).click();
  await expect(orders.row("CO-1035")).toBeVisible();
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

test("a record comes back with what its deletion took along, or without", async ({ editor, page }) => {
  const name = `crates-${randomBytes(4).toString("hex")}`;
  await editor.graphql(IMPORT, { document: JSON.stringify(crates), name });
  const application = new Application(page, name);
  const make = (entityType: string, data: object) => application.call<{ id: string }>(page.request, "createEntity", { entityType, data });
  for (const label of ["Full", "Half"]) {
    const { id } = await make("crate", { name: label });
    for (const bottle of ["red", "white"]) await make("bottle", { name: `${label} ${bottle}`, crate: id });
    await application.call(page.request, "deleteEntity", { entityId: id });
  }
  await application.open("/crate_list?deleted=crate");
  await expect(page.getByRole("columnheader", { name: "Went along" })).toBeVisible();
  await page.locator("[data-id]", { hasText: "Full" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("2 records went along with it.");
  await application.accessible();
  await dialog.getByRole("button", { name: "Restore with 2 records" }).click();
  await expect(page.getByText("Restored Full.")).toBeVisible();
  await page.locator("[data-id]", { hasText: "Half" }).click();
  await dialog.getByRole("button", { name: "Restore only this" }).click();
  await expect(page.getByText("Restored Half.")).toBeVisible();

  await application.open("/bottle_list");
  await expect(page.locator("[data-id]")).toHaveCount(2);
  await expect(application.row("Full red")).toBeVisible();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Deleted bottles" }).click();
  await application.row("Half white").click();
  await expect(dialog).toContainText("It went along with another record.");
});
