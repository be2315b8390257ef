/** By keyboard alone, by finger, and without movement. */
import { expect, test } from "./support";

test("an order is found, opened, given another customer and saved by keyboard alone", async ({ orders, page }) => {
  await orders.open("/orders");
  await expect(orders.row("CO-1040")).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "More", exact: true })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "New order" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("searchbox", { name: "Search orders" })).toBeFocused();

  await orders.row("CO-1040").focus();
  await page.keyboard.press("ArrowDown");
  await expect(orders.row("CO-1039")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(orders.drawer().getByRole("textbox", { name: "Order number" })).toBeFocused();

  await page.keyboard.press("Tab");
  const customer = orders.drawer().getByRole("combobox", { name: "Customer" });
  await expect(customer).toBeFocused();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Rossi");
  await expect(page.getByRole("option", { name: "Chiara Rossi" })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(customer).toHaveValue("Chiara Rossi");
  await page.keyboard.press("ControlOrMeta+s");
  await expect(orders.drawer()).toBeHidden();
  await expect(orders.row("CO-1039")).toContainText("Chiara Rossi");
  await expect(orders.row("CO-1039")).toBeFocused();

  await page.keyboard.press("Enter");
  await expect(orders.drawer()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(orders.drawer()).toBeHidden();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("everything to touch is at least 44 px high, and no key is hinted at", async ({ orders, page }) => {
    await orders.open("/orders?f=status~ne~draft");
    await expect(page.getByText("CO-1040")).toBeVisible();
    await expect(page.getByRole("group", { name: "Filter on Status" })).toBeVisible();
    const small = (): Promise<string[]> =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("a, button, input, textarea, [role=row][data-id]")]
          .filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().bottom > 0)
          .map((element) => ({ element, box: (element.closest<HTMLElement>("label") ?? element).getBoundingClientRect() }))
          .filter(({ box }) => box.height > 1 && (box.height < 44 || box.width < 44))
          .map(({ element, box }) => `${element.outerHTML.slice(0, 80)} ${String(Math.round(box.width))} x ${String(Math.round(box.height))}`),
      );
    expect(await small()).toEqual([]);
    await page.locator("[data-index='0']").focus();
    await page.keyboard.press(" ");
    await expect(page.getByRole("toolbar", { name: "Selected rows" })).toBeVisible();
    expect(await small()).toEqual([]);
    await page.getByRole("button", { name: "Clear", exact: true }).tap();
    await page.getByText("CO-1040").tap();
    await expect(orders.drawer()).toBeVisible();
    await expect(page.locator("kbd:visible")).toHaveCount(0);
    await expect.poll(small).toEqual([]);
  });
});

test.describe("with reduced motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("nothing moves", async ({ orders, page }) => {
    await orders.open("/orders");
    await orders.row("CO-1040").click();
    await expect(orders.drawer()).toBeVisible();
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
        .flatMap(({ effect }) => (effect instanceof KeyframeEffect ? effect.getKeyframes() : []))
        .filter((frame) => "transform" in frame || "translate" in frame || "left" in frame),
    );
    expect(moving).toEqual([]);
  });
});
