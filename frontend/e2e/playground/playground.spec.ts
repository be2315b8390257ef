import { expect, test } from "../editor/support";

test("an administrator writes an operation, runs it and sees the result", async ({ editor, page }) => {
  await page.goto("/graphql?query=query Names { models { name } }");
  await expect(page).toHaveTitle("GraphQL · Torque");
  await expect(page.getByRole("complementary", { name: "Schema" }).getByText("restoreModelRevision", { exact: true })).toBeVisible();

  const operation = page.getByRole("textbox", { name: "Operation" });
  await operation.click();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("textbox", { name: "Result" })).toContainText('"customer-orders"');
  await expect(page.getByRole("status")).toContainText(/\d+ ms, \d+ bytes/);

  await page.getByRole("button", { name: "Format the operation" }).click();
  await expect(operation).toContainText("query Names {");
  await page.keyboard.press("Escape");
  await editor.accessible();
});

test("a schema that could not be read is asked for again: by itself after a stumble, by hand after a refusal", async ({ page }) => {
  const answers = ["lost", "refused"];
  await page.route("**/graphql", async (route) => {
    const answer = answers.shift();
    if (answer === "lost") await route.abort("connectionreset");
    else if (answer === "refused") await route.fulfill({ json: { errors: [{ message: "Only administrators may look.", extensions: { code: "FORBIDDEN" } }] } });
    else await route.continue();
  });
  await page.goto("/graphql?query={ nothing }");
  await expect(page.getByRole("alert")).toContainText("Only administrators may look.");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.locator(".cm-lintRange-error")).toHaveText("nothing");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("what is no operation is marked, and what the server says of it is shown, on a phone in the dark as well", async ({ editor, page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/graphql?query={ nothing }");
  await expect(page.locator(".cm-lintRange-error")).toHaveText("nothing");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("textbox", { name: "Result" })).toContainText("INVALID_REQUEST");
  await editor.accessible();
});

test.describe("without a session", () => {
  test.use({ storageState: { cookies: [], origins: [] } });

  test("the address leads to the sign-in page", async ({ page }) => {
    await page.goto("/graphql");
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });
});
