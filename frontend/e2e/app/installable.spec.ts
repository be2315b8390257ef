import { expect, test } from "./support";

/** Resolves once the service worker of the applications serves this page. */
const served = () => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null);

test("the applications can be installed, and say so when there is no network", async ({ todo, page, context, request }) => {
  await todo.open();
  await expect(todo.row("Water the plants")).toBeVisible();
  const link = await page.locator("link[rel=manifest]").getAttribute("href");
  const manifest = (await (await request.get(link ?? "")).json()) as { start_url: string; icons: { src: string }[] };
  expect(manifest.start_url).toBe("/app/");
  for (const { src } of manifest.icons) expect((await request.get(src)).ok()).toBe(true);
  await expect.poll(() => page.evaluate(served)).toBe(true);

  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole("heading", { name: "You are offline" })).toBeVisible();
  await todo.accessible();
  await context.setOffline(false);
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(todo.row("Water the plants")).toBeVisible();
});
