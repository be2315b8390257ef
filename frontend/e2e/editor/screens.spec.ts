import type { Locator, Page } from "@playwright/test";
import { PROJECT, projectDocument } from "./project";
import { expect, test, type Editor } from "./support";

type Screen = {
  name: string;
  path: string;
  /** What stands there once everything has come. */
  ready: (page: Page) => Locator;
  /** What is done before it is looked at. */
  then?: (page: Page) => Promise<void>;
};

const code = (page: Page): Locator => page.locator(".view-lines");
const dialog = (page: Page): Locator => page.getByRole("dialog");
const file = (name: string, content: object): { name: string; mimeType: string; buffer: Buffer } => ({ name, mimeType: "application/json", buffer: Buffer.from(JSON.stringify(content)) });

const SCREENS: Screen[] = [
  { name: "models", path: "/models", ready: (page) => page.getByRole("link", { name: "Customer orders" }).first() },
  { name: "overview", path: "/models/customer-orders", ready: (page) => page.getByText("/app/customer-orders") },
  { name: "findings", path: `/models/${PROJECT}`, ready: (page) => page.getByText(/^Change of the rules/) },
  { name: "fields", path: "/models/customer-orders/entities/order?field=status", ready: (page) => page.getByRole("form", { name: "status" }) },
  { name: "relationships", path: "/models/customer-orders/entities/order?tab=relationships", ready: (page) => page.getByRole("columnheader", { name: "On delete" }) },
  { name: "constraint", path: "/models/customer-orders/entities/order?tab=constraints&constraint=new", ready: (page) => page.getByRole("form", { name: "New constraint" }) },
  { name: "settings", path: "/models/customer-orders/entities/order?tab=settings", ready: (page) => page.getByRole("heading", { name: "In lists" }) },
  {
    name: "model-settings",
    path: "/models/todo",
    ready: (page) => page.getByText("/app/todo"),
    then: async (page) => {
      await page.getByRole("button", { name: "More actions for the model" }).click();
      await page.getByRole("menuitem", { name: "Model settings" }).click();
      const accent = dialog(page).getByRole("textbox", { name: /^Accent colour/ });
      await accent.fill("#7c3aed");
      await accent.evaluate((input) => {
        input.scrollIntoView({ block: "center" });
      });
    },
  },
  { name: "hooks", path: "/models/customer-orders/entities/order?tab=hooks", ready: (page) => page.getByRole("button", { name: "Add hook" }), then: (page) => page.getByRole("button", { name: "Add hook" }).click() },
  { name: "translations", path: `/models/${PROJECT}/translations`, ready: (page) => page.getByRole("textbox", { name: "Translation of Done" }) },
  { name: "no-pages", path: `/models/${PROJECT}/forms`, ready: (page) => page.getByRole("heading", { name: "No forms yet" }) },
  { name: "page", path: "/models/todo/pages/start_page", ready: code },
  { name: "form", path: "/models/todo/forms/todo_form", ready: code },
  { name: "data", path: "/models/customer-orders/data", ready: (page) => page.getByText("Ada Lindqvist").first() },
  {
    name: "history",
    path: `/models/${PROJECT}/history`,
    ready: (page) => page.getByText("Current revision"),
    then: async (page) => {
      await page.getByRole("button", { name: "Show differences of revision 2" }).click();
      await expect(page.getByRole("list", { name: "Differences of revision 2" })).toBeVisible();
    },
  },
  { name: "unknown-model", path: "/models/nowhere", ready: (page) => page.getByRole("heading", { name: "There is no model “nowhere”" }) },
  { name: "unknown-address", path: "/nowhere/at/all", ready: (page) => page.getByRole("heading", { name: "There is no such screen" }) },
  {
    name: "help",
    path: "/models/todo",
    ready: (page) => page.getByText("/app/todo"),
    then: async (page) => {
      await page.keyboard.press("?");
      await expect(dialog(page).getByText("Version of the server")).toBeVisible();
    },
  },
  {
    name: "palette",
    path: "/models/todo",
    ready: (page) => page.getByText("/app/todo"),
    then: async (page) => {
      await page.keyboard.press("Control+k");
      await page.keyboard.type("st");
      await expect(page.getByRole("option").first()).toContainText("Status");
    },
  },
  {
    name: "import",
    path: `/models/${PROJECT}`,
    ready: (page) => page.getByText(/^Change of the rules/),
    then: async (page) => {
      await page.getByRole("button", { name: "More actions for the model" }).click();
      await page.getByRole("menuitem", { name: "Import into this model" }).click();
      const slim = { ...projectDocument, entities: projectDocument.entities.map((entity) => ({ ...entity, fields: entity.fields.slice(0, 1) })) };
      await dialog(page).locator("input[type=file]").setInputFiles(file("slim.json", slim));
      await expect(dialog(page).getByRole("button", { name: "Merge into model" })).toBeVisible();
      await dialog(page).getByText("Replace", { exact: true }).click();
      await expect(dialog(page).getByRole("button", { name: "Replace model" })).toBeVisible();
    },
  },
  {
    name: "effect",
    path: `/models/${PROJECT}/entities/step?field=done`,
    ready: (page) => page.getByRole("form", { name: "done" }),
    then: async (page) => {
      await page.getByRole("button", { name: "Remove field" }).click();
      await expect(dialog(page).getByRole("listitem")).toContainText("2 of 3 records");
    },
  },
];

const LOOKS = [
  { scheme: "light", width: 1440 },
  { scheme: "dark", width: 1440 },
  { scheme: "dark", width: 390 },
  { scheme: "light", width: 390 },
] as const;

/** Looks at what is shown in both schemes and at both widths: as a picture, and with axe. */
async function look(editor: Editor, name: string): Promise<void> {
  const { page } = editor;
  for (const { scheme, width } of LOOKS) {
    await test.step(`${scheme} at ${String(width)} px`, async () => {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await editor.settled();
      // What differs from run to run: durations, and records that the preview is free to show.
      const mask = [page.getByRole("contentinfo"), page.getByRole("region", { name: "Preview" }), page.getByRole("status").filter({ hasText: / ms$/ })];
      await expect.soft(page).toHaveScreenshot(`${name}-${scheme}-${String(width)}.png`, { mask });
      await editor.accessible();
    });
  }
}

test.describe("screens have nothing axe objects to and look as they did", () => {
  test.beforeEach(async ({ editor }) => {
    await editor.project();
    await editor.sameEveryTime();
  });

  for (const screen of SCREENS) {
    test(screen.name, async ({ editor, page }) => {
      await editor.open(screen.path);
      await expect(screen.ready(page)).toBeVisible();
      await screen.then?.(page);
      await look(editor, screen.name);
    });
  }

  test("the first run", async ({ editor, page }) => {
    await editor.answer("Models", { data: { models: [] } });
    await editor.open("/models");
    await expect(page.getByRole("heading", { name: "Start your first model" })).toBeVisible();
    await look(editor, "first-run");
  });

  test("models that could not be loaded", async ({ editor, page }) => {
    await editor.answer("Models", { data: null, errors: [{ message: "The database does not answer. Try again in a moment.", extensions: { code: "UNAVAILABLE" } }] });
    await editor.open("/models");
    await expect(page.getByRole("alert")).toContainText("UNAVAILABLE");
    await look(editor, "error");
  });

  test("the server is away", async ({ editor, page }) => {
    await editor.open("/models/todo/history");
    await expect(page.getByText("Current revision")).toBeVisible();
    await editor.screensFetched();
    await editor.away();
    await page.getByRole("link", { name: "Overview" }).click();
    await expect(page.getByRole("alert")).toContainText("The server does not answer");
    await expect(page.getByRole("contentinfo").getByText("Offline")).toBeVisible();
    await look(editor, "offline");
    await editor.back();
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByText("/app/todo")).toBeVisible();
  });
});

test.describe("without a session", () => {
  test.use({ storageState: { cookies: [], origins: [] } });

  for (const [name, path, heading] of [
    ["sign-in", "/sign-in", "Sign in"],
    ["used-link", "/sign-in#used", "This link no longer works"],
  ] as const) {
    test(`${name} has nothing axe objects to and looks as it did`, async ({ editor, page }) => {
      await editor.open(path);
      await expect(page.getByRole("heading", { name: heading })).toBeVisible();
      await look(editor, name);
    });
  }
});
