import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./support";

/** Each screen with what stands there once everything has come; `same` where other tests do not change what it shows. */
const SCREENS: { name: string; path: string; ready: (page: Page) => Locator; same?: boolean }[] = [
  { name: "models", path: "/models", ready: (page) => page.getByRole("link", { name: "Customer orders" }).first() },
  { name: "overview", path: "/models/customer-orders", ready: (page) => page.getByText("/app/customer-orders") },
  { name: "fields", path: "/models/customer-orders/entities/order?field=status", ready: (page) => page.getByRole("form", { name: "status" }), same: true },
  { name: "relationships", path: "/models/customer-orders/entities/order?tab=relationships", ready: (page) => page.getByRole("columnheader", { name: "On delete" }), same: true },
  { name: "settings", path: "/models/customer-orders/entities/order?tab=settings", ready: (page) => page.getByRole("heading", { name: "In lists" }), same: true },
  { name: "page", path: "/models/todo/pages/start_page", ready: (page) => page.locator(".view-lines"), same: true },
  { name: "form", path: "/models/todo/forms/todo_form", ready: (page) => page.locator(".view-lines"), same: true },
  { name: "data", path: "/models/customer-orders/data", ready: (page) => page.getByText("Ada Lindqvist").first() },
  { name: "history", path: "/models/todo/history", ready: (page) => page.getByText("Current revision") },
];

for (const scheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test.describe(`${scheme} at ${String(width)} px`, () => {
      test.use({ colorScheme: scheme, viewport: { width, height: width === 390 ? 844 : 900 } });
      for (const screen of SCREENS) {
        test(`${screen.name} has nothing axe objects to and looks as it did`, async ({ editor, page }) => {
          await editor.open(screen.path);
          await expect(screen.ready(page)).toBeVisible({ timeout: 30_000 });
          await page.evaluate(() => document.fonts.ready);
          // What differs from run to run: revision, moments, durations and records.
          const mask = [page.getByRole("contentinfo"), page.getByRole("region", { name: "Preview" })];
          if (screen.same) await expect(page).toHaveScreenshot(`${screen.name}-${scheme}-${String(width)}.png`, { mask });
          await editor.accessible();
        });
      }
    });
  }
}
