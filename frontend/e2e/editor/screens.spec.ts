import { expect, test } from "./support";

const SCREENS = [
  { name: "models", path: "/models", ready: "Models" },
  { name: "overview", path: "/models/customer-orders", ready: "Verification" },
  { name: "fields", path: "/models/customer-orders/entities/order?field=status", ready: "Order" },
  { name: "relationships", path: "/models/customer-orders/entities/order?tab=relationships", ready: "Order" },
  { name: "page", path: "/models/todo/pages/start_page", ready: "Preview" },
  { name: "form", path: "/models/todo/forms/todo_form", ready: "Preview" },
  { name: "data", path: "/models/customer-orders/data", ready: "Customer" },
  { name: "history", path: "/models/todo/history", ready: "History" },
] as const;

for (const scheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test.describe(`${scheme} at ${String(width)} px`, () => {
      test.use({ colorScheme: scheme, viewport: { width, height: width === 390 ? 844 : 900 } });
      for (const screen of SCREENS) {
        test(`${screen.name} has nothing axe objects to`, async ({ editor, page }) => {
          await editor.open(screen.path);
          await expect(page.getByRole("contentinfo")).toBeVisible();
          await page.waitForLoadState("networkidle");
          await editor.accessible();
        });
      }
    });
  }
}
