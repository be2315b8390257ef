import { expect, test } from "./support";

test("the code editor completes what the component knows, keeps every key pressed, and marks what is wrong", async ({ editor, page }) => {
  const name = await editor.copyOf("todo");
  await editor.open(`/models/${name}/pages/start_page`);
  await expect(page.locator(".view-lines")).toContainText("start_page");
  const code = page.getByRole("textbox", { name: "Page TODO List as JSON" });
  await code.focus();
  await page.keyboard.press("ControlOrMeta+f");
  await page.getByRole("textbox", { name: "Find" }).fill('"entityType": "todo",');
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type('"');
  const suggestions = page.locator(".suggest-widget");
  await expect(suggestions.getByText("pageSize", { exact: true })).toBeVisible();
  await expect(suggestions.getByText("entityType", { exact: true })).toHaveCount(0);

  await page.keyboard.press("Escape");
  await page.keyboard.type('nonsense": 1,');
  await expect(page.locator(".view-lines")).toContainText('"nonsense": 1,');
  await expect(page.getByText("1 error in the text")).toBeVisible();
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(page.locator(".view-lines")).not.toContainText("nonsense");
  await expect(page.getByText("No changes")).toBeVisible();
});
