import type { Locator, Page } from "@playwright/test";
import { Application, expect, test } from "./support";

type Screen = {
  name: string;
  /** Whose screen it is; without one it belongs to no application. */
  sample?: "todo" | "orders";
  path: string;
  ready: string | RegExp;
  /** Moments in the cells differ from run to run: the sample's own records bear the time of their making. */
  moments?: boolean;
  prepare?: (page: Page) => Promise<void>;
};

const lostConnection = async (page: Page): Promise<void> => {
  await page.routeWebSocket(/\/ws\//, (socket) => void socket.close());
};

/** Only the samples: other tests' applications come and go. */
const onlySamples = async (page: Page): Promise<void> => {
  await page.route("**/jsonrpc", async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as { result?: { applications?: { name: string }[] } };
    const applications = answer.result?.applications?.filter(({ name }) => name === "todo" || name === "customer-orders");
    await route.fulfill({ response, json: applications ? { ...answer, result: { applications } } : answer });
  });
};

const openDrawer = async (page: Page): Promise<void> => {
  await page.locator("[data-id]", { hasText: "CO-1039" }).click();
  await expect(page.getByRole("textbox", { name: "Order number" })).toBeFocused();
};

const refuse = async (page: Page): Promise<void> => {
  await page.getByRole("textbox", { name: "Order number" }).fill("");
  await page.getByRole("button", { name: /^Save/ }).click();
  await expect(page.getByRole("button", { name: "1 field needs attention" })).toBeVisible();
};

const SCREENS: readonly Screen[] = [
  { name: "list", sample: "todo", path: "", ready: "Buy groceries", moments: true },
  { name: "dashboard", sample: "todo", path: "/dashboard_page", ready: "Buy groceries", moments: true },
  { name: "form", sample: "todo", path: "?form=todo_form&new=1", ready: "Create todo", moments: true },
  { name: "empty-by-filter", sample: "todo", path: "?q=nothing-like-it", ready: "No todos match." },
  { name: "unknown-page", sample: "todo", path: "/nowhere", ready: "There is no page" },
  { name: "orders", sample: "orders", path: "/orders", ready: "CO-1040" },
  { name: "orders-overview", sample: "orders", path: "", ready: "CO-1034" },
  { name: "orders-filtered", sample: "orders", path: "/orders?f=status~eq~draft&sort=-total_amount", ready: "CO-1037" },
  { name: "order-form", sample: "orders", path: "/new_order", ready: "Payment method", moments: true },
  // The last one: what cuts the connection stays.
  { name: "offline", sample: "todo", path: "", ready: "Offline.", moments: true, prepare: lostConnection },
];

/** Screens that are reached by doing something on the one before. */
const AFTER: Readonly<Record<string, { name: string; act: (page: Page) => Promise<void> }[]>> = {
  orders: [
    { name: "order-drawer", act: openDrawer },
    { name: "order-drawer-error", act: refuse },
  ],
};

/** What differs from run to run: names of copies, moments, durations. */
function changing(page: Page, names: readonly string[], moments: boolean): Locator[] {
  const words = names.map((name) => page.getByText(name));
  const measures = [page.getByRole("status").filter({ hasText: / ms/ }), page.getByText(/Data from/)];
  const cells = [page.locator("[role=gridcell][title*=GMT], [role=gridcell][title*=UTC], [class*=phoneDate], form button[id$=_at], form [id$=-ordered_at]")];
  return [...words, ...measures, ...(moments ? cells : [])];
}

for (const scheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test.describe(`${scheme} at ${String(width)} px`, () => {
      test.use({ colorScheme: scheme, viewport: { width, height: width === 390 ? 844 : 900 } });

      test("every screen is accessible and looks as agreed", async ({ todo, orders, page }) => {
        test.slow();
        const shoot = async (name: string, moments: boolean): Promise<void> => {
          await page.mouse.move(0, 0);
          await todo.settled();
          await todo.accessible();
          await expect(page).toHaveScreenshot(`${name}-${scheme}-${String(width)}.png`, { mask: changing(page, [todo.name, orders.name], moments) });
        };
        for (const { name, sample, path, ready, moments = false, prepare } of SCREENS) {
          await prepare?.(page);
          await (sample === "orders" ? orders : todo).open(path);
          await expect(page.getByText(ready).first()).toBeVisible();
          await shoot(name, moments);
          for (const { name: next, act } of AFTER[name] ?? []) {
            await act(page);
            await shoot(next, moments);
          }
        }
      });

      test("the places outside of an application are accessible and look as agreed", async ({ todo, page, browser }) => {
        const shoot = async (shown: Page, name: string): Promise<void> => {
          const there = new Application(shown, todo.name);
          await there.settled();
          await there.accessible();
          await expect(shown).toHaveScreenshot(`${name}-${scheme}-${String(width)}.png`, { mask: [shown.getByText(todo.name)] });
        };
        await onlySamples(page);
        await page.goto("/app");
        await expect(page.getByRole("link", { name: /Customer orders/ })).toBeVisible();
        await shoot(page, "applications");
        await page.goto("/app/no-such-application");
        await expect(page.getByRole("heading", { name: "There is no application “no-such-application” here." })).toBeVisible();
        await shoot(page, "unknown-application");
        const guest = await browser.newContext({ storageState: { cookies: [], origins: [] }, colorScheme: scheme, viewport: page.viewportSize() });
        const door = await guest.newPage();
        await door.goto(`/app/${todo.name}`);
        await expect(door.getByRole("heading", { name: "This application needs you to sign in." })).toBeVisible();
        await shoot(door, "signed-out");
        await guest.close();
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
