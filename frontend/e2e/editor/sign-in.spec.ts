import { expect, signInLink, test } from "./support";

test.describe("signing in", () => {
  test.use({ storageState: { cookies: [], origins: [] } });

  test("a link opens the editor once; used again it says how to get a new one", async ({ page }) => {
    const link = signInLink();
    await page.goto(link);
    await expect(page).toHaveURL(/\/editor\/models$/);
    expect(page.url()).not.toContain("#");

    await page.getByRole("button", { name: /^Profile of/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();

    await page.goto("about:blank");
    await page.goto(link);
    await expect(page.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
    await expect(page.getByText("torque token link")).toBeVisible();
  });

  test("without a session every address leads to the sign-in page", async ({ page }) => {
    await page.goto("/editor/models/todo/pages");
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });
});
