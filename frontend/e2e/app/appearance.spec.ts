/** What a model says about its application beyond its data: colour, scheme, language, conditions, forms in steps. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { Application, expect, test as base } from "./support";

const IMPORT = "mutation($document: String!, $name: String!) { importModel(document: $document, name: $name) { application { name } } }";

const test = base.extend<{ bikes: Application }>({
  bikes: async ({ editor, page }, use) => {
    const document = readFileSync(join(import.meta.dirname, "models/bike-shop.json"), "utf8");
    const { importModel } = (await editor.graphql(IMPORT, { document, name: `bikes-${randomBytes(4).toString("hex")}` })) as { importModel: { application: { name: string } } };
    await use(new Application(page, importModel.application.name));
  },
});

test("an application wears its model's colour, begins in its scheme and speaks its language", async ({ bikes, page }) => {
  await bikes.open();
  await expect(bikes.row("Rennrad Blau")).toContainText("1.234,50");
  await expect(bikes.row("Rennrad Blau")).toContainText("5. März 2026");
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  const accent = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--tq-accent").trim());
  expect(accent).not.toBe("#4fb9cc");
  await bikes.accessible();
});

test("the reader's choice of scheme and language counts more, and is kept", async ({ bikes, page }) => {
  await bikes.open();
  await expect(bikes.row("Hollandrad")).toBeVisible();
  await page.getByRole("button", { name: "Administrator" }).click();
  await page.getByRole("menuitemradio", { name: "Hell" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "light");
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await expect(page.getByRole("searchbox")).toHaveAttribute("placeholder", /^Search/);
  await expect(bikes.row("Rennrad Blau")).toContainText("1,234.50");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "light");
  await expect(page.getByRole("searchbox")).toHaveAttribute("placeholder", /^Search/);
  await bikes.accessible();
});

test("a component appears when its condition holds", async ({ bikes, page }) => {
  await bikes.open();
  await expect(bikes.row("Hollandrad")).toBeVisible();
  await expect(page.getByText("Nur mit Hinweis")).toHaveCount(0);
  await bikes.open("?hint=yes");
  await expect(page.getByText("Nur mit Hinweis")).toBeVisible();
});

test("a form in steps is walked by keyboard, demands what its conditions say, and makes its record", async ({ bikes, page }) => {
  await bikes.open();
  await page.getByRole("button", { name: "Neues Rad" }).click();
  await expect(page.getByText("Schritt 1 von 3: Rad")).toBeVisible();
  await bikes.accessible();
  await expect(page.getByRole("textbox", { name: "Mängel" })).toHaveCount(0);
  await page.getByRole("combobox", { name: "Zustand" }).click();
  await page.getByRole("option", { name: "used" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Lastenrad");
  await page.getByRole("textbox", { name: "Name" }).press("Enter");
  await expect(page.getByRole("textbox", { name: "Mängel" })).toBeFocused();
  await page.keyboard.type("Bremse");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Schritt 2 von 3: Kauf")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Preis" })).toBeFocused();
  await page.keyboard.type("99,5");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Schritt 3 von 3: Wartung")).toBeVisible();
  await page.getByRole("button", { name: /anlegen/ }).click();
  await expect(bikes.row("Lastenrad")).toContainText("99,50");
});

test("a form in steps that is left with something typed asks first", async ({ bikes, page }) => {
  await bikes.open("?form=bike_form&new=1");
  await page.getByRole("textbox", { name: "Name" }).fill("Lastenrad");
  await page.getByRole("button", { name: /^Zurück zu/ }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
});
