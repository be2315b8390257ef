import { expect, test } from "./support";

const SCREENS = [
  { name: "list", path: "", ready: "Buy groceries" },
  { name: "dashboard", path: "/dashboard_page", ready: "Buy groceries" },
  { name: "form", path: "?form=todo_form&new=1", ready: "Create todo" },
  { name: "empty-by-filter", path: "?q=nothing-like-it", ready: "No todos match." },
  { name: "unknown-page", path: "/nowhere", ready: "There is no page" },
] as const;

for (const scheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test.describe(`${scheme} at ${String(width)} px`, () => {
      test.use({ colorScheme: scheme, viewport: { width, height: width === 390 ? 844 : 900 } });

      test("every screen is accessible and looks as agreed", async ({ todo, page }) => {
        for (const screen of SCREENS) {
          await todo.open(screen.path);
          await expect(page.getByText(screen.ready).first()).toBeVisible();
          await page.evaluate(() => document.fonts.ready);
          await todo.accessible();
          // What differs from run to run: the application's own name, moments and durations.
          const moments = [page.getByRole("status"), page.locator("[role=gridcell][title*=GMT], [role=gridcell][title*=UTC]"), page.locator("[class*=phoneDate]")];
          const hidden = screen.name === "form" && width === 390 ? [] : screen.name === "form" ? moments.slice(0, 1) : moments;
          const mask = [page.getByText(todo.name), ...hidden];
          await expect(page).toHaveScreenshot(`${screen.name}-${scheme}-${String(width)}.png`, { mask });
        }
      });
    });
  }
}

test.describe("without a session", () => {
  test("an application that is not public says how to sign in", async ({ todo, browser }) => {
    const guest = await browser.newContext({ storageState: { cookies: [], origins: [] } });
    const page = await guest.newPage();
    await page.goto(`/app/${todo.name}`);
    await expect(page.getByRole("heading", { name: "This application needs you to sign in." })).toBeVisible();
    await expect(page.getByText("torque token link")).toBeVisible();
    await guest.close();
  });
});

test("a public application is read without a session, and offers nothing that would be refused", async ({ editor, todo, browser }) => {
  const { model } = (await editor.graphql("query($id: ID!) { model(id: $id) { id } }", { id: todo.name })) as { model: { id: string } };
  await editor.graphql("mutation($id: ID!, $changes: [JSON!]!) { applyChanges(modelId: $id, changes: $changes) { revision } }", {
    id: model.id,
    changes: [{ type: "UpdateConfig", set: { public: true } }],
  });
  const guest = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const page = await guest.newPage();
  await page.goto(`/app/${todo.name}`);
  await expect(page.getByRole("row").filter({ hasText: "Buy groceries" })).toBeVisible();
  await expect(page.getByText("Not signed in")).toBeVisible();
  await expect(page.getByRole("button", { name: "New Todo" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Actions" })).toHaveCount(0);
  await guest.close();
});

test("an application that is not there is a page that says so", async ({ page, editor }) => {
  await page.goto("/app/no-such-application");
  await expect(page.getByRole("heading", { name: "There is no application “no-such-application” here." })).toBeVisible();
  await editor.accessible();
  await page.getByRole("link", { name: "Show all applications" }).click();
  await expect(page.getByRole("heading", { name: "Applications" })).toBeVisible();
  await editor.accessible();
});
