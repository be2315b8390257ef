/** Changes of several records at once. */
import { randomBytes } from "node:crypto";
import { Application, expect, test } from "./support";

const parcels = {
  format: "torque/1",
  name: "parcels",
  display_name: "Parcels",
  entities: [
    {
      id: "parcel",
      name: "parcel",
      display_name: "Parcel",
      fields: [
        { id: "p1", name: "name", display_name: "Name", field_type: { type: "String" }, required: true },
        { id: "p2", name: "state", display_name: "State", field_type: { type: "Enum", values: ["open", "closed"] }, required: true, default_value: "open" },
        { id: "p3", name: "weight", display_name: "Weight", field_type: { type: "Integer" } },
      ],
      constraints: [{ id: "c1", type: "Check", name: "heavy", fields: ["state"], expression: "state != 'closed' || weight > 5", message: "Only heavy parcels are closed." }],
    },
  ],
};
const IMPORT = "mutation($document: String!, $name: String!) { importModel(document: $document, name: $name) { application { name } } }";

test("rows that refuse a change stay chosen, so that it can be corrected", async ({ editor, page }) => {
  const name = `parcels-${randomBytes(4).toString("hex")}`;
  await editor.graphql(IMPORT, { document: JSON.stringify(parcels), name });
  const application = new Application(page, name);
  for (const data of [{ name: "Feather", weight: 1 }, { name: "Anvil", weight: 9 }, { name: "Leaf", weight: 2 }]) await application.call(page.request, "createEntity", { entityType: "parcel", data });
  await application.open("/parcel_list");
  await page.getByRole("checkbox", { name: "Select all rows of this page" }).check();
  const bar = page.getByRole("toolbar", { name: "Selected rows" });
  await bar.getByRole("button", { name: "Set state" }).click();
  await page.getByRole("option", { name: "closed" }).click();
  await expect(page.getByText("2 records were not changed: Only heavy parcels are closed.")).toBeVisible();
  await expect(bar).toContainText("2 selected");
  await expect(application.row("Anvil").getByRole("checkbox")).not.toBeChecked();
  await expect(bar.getByRole("button", { name: "Set state" })).toBeFocused();
  await bar.getByRole("button", { name: "Set state" }).click();
  await page.getByRole("option", { name: "open" }).click();
  await expect(bar).toBeHidden();
  await expect(page.locator("[role=row][data-id]:focus")).toHaveCount(1);
});
