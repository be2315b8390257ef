/** What the application's tests share: an application of their own, made from a sample, in a signed-in browser. */
import { AxeBuilder } from "@axe-core/playwright";
import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { expect, test as base } from "../editor/support";

export class Application {
  constructor(
    readonly page: Page,
    readonly name: string,
  ) {}

  async open(path = ""): Promise<void> {
    await this.page.goto(`/app/${this.name}${path}`);
  }

  row(text: string): Locator {
    return this.page.getByRole("row").filter({ hasText: text });
  }

  drawer(): Locator {
    return this.page.getByRole("dialog").filter({ has: this.page.getByRole("form") });
  }

  /** The form that is open, in the drawer or in a page of its own. */
  form(): Locator {
    return this.page.getByRole("form");
  }

  /** A method of the application, past the screen. */
  async call<T>(request: APIRequestContext, method: string, params: object): Promise<T> {
    const response = await request.post(`/jsonrpc/${this.name}`, { data: { jsonrpc: "2.0", id: 1, method, params } });
    const answer = (await response.json()) as { result: T; error?: object };
    expect(answer.error).toBeUndefined();
    return answer.result;
  }

  /** Waits until nothing of the page is loading any more. */
  async settled(): Promise<void> {
    await expect(this.page.locator("[aria-busy=true]")).toHaveCount(0);
    await this.page.evaluate(() => document.fonts.ready);
  }

  /** The line that closes a grid with its measure. */
  readout(): Locator {
    return this.page.getByRole("status").filter({ hasText: " of " });
  }

  async add(label: string): Promise<void> {
    await this.page.getByRole("button", { name: "New Todo" }).click();
    await this.drawer().getByRole("textbox", { name: "Task" }).fill(label);
    await this.drawer().getByRole("button", { name: /^Create todo/ }).click();
    await expect(this.drawer()).toBeHidden();
  }

  async accessible(): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
  }
}

/** `todo` and `orders`: each test has its own copy of the sample, with the sample's records. */
export const test = base.extend<{ todo: Application; orders: Application }>({
  todo: async ({ editor, page }, use) => use(new Application(page, await editor.copyOf("todo"))),
  orders: async ({ editor, page }, use) => use(new Application(page, await editor.copyOf("customer-orders"))),
});

export { expect };
