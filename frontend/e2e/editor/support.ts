/** What the editor's tests share: a signed-in page, a model of their own, and the server behind both. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base, type APIRequestContext, type Page, type Route } from "@playwright/test";
import { PROJECT, projectChanges, projectDocument } from "./project";

/** A sign-in link that was not used yet: `SIGN_IN_URL`, or a new one from the command line of the tested server. */
export function signInLink(): string {
  const { SIGN_IN_URL, TORQUE_BIN, TORQUE_FOLDER, BASE_URL } = process.env;
  if (TORQUE_BIN === undefined) {
    if (SIGN_IN_URL === undefined) throw new Error("Set SIGN_IN_URL, or TORQUE_BIN and TORQUE_FOLDER.");
    return SIGN_IN_URL;
  }
  const answer = execFileSync(TORQUE_BIN, ["token", "link", "--json"], { cwd: TORQUE_FOLDER, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const { hash } = new URL(Object.values(JSON.parse(answer) as Record<string, string>).find((value) => value.includes("#")) ?? "");
  return `${BASE_URL ?? ""}/editor/sign-in${hash}`;
}

type GraphQLAnswer = { data?: Record<string, unknown>; errors?: { message: string }[] };

export class Editor {
  constructor(
    readonly page: Page,
    private readonly request: APIRequestContext,
  ) {}

  async graphql(query: string, variables: Record<string, unknown>): Promise<Record<string, unknown>> {
    const response = await this.request.post("/graphql", { data: { query, variables } });
    const answer = (await response.json()) as GraphQLAnswer;
    expect(answer.errors).toBeUndefined();
    return answer.data ?? {};
  }

  /** A copy of a sample's model under a name of its own, with an application of the same name. */
  async copyOf(sample: string): Promise<string> {
    const name = `${sample}-${randomBytes(4).toString("hex")}`;
    const { model } = (await this.graphql("query($id: ID!) { model(id: $id) { id } }", { id: sample })) as { model: { id: string } };
    const made = (await this.graphql("mutation($id: ID!, $name: String!) { duplicateModel(modelId: $id, name: $name, displayName: $name) { id } }", { id: model.id, name })) as {
      duplicateModel: { id: string };
    };
    await this.graphql("mutation($id: ID!, $name: String!) { createApplication(modelId: $id, name: $name, label: $name) { id } }", { id: made.duplicateModel.id, name });
    return name;
  }

  /** Makes the project that screens are looked at with, unless it is there. */
  async project(): Promise<void> {
    const { models } = (await this.graphql("{ models { name } }", {})) as { models: { name: string }[] };
    if (models.some(({ name }) => name === PROJECT)) return;
    const made = (await this.graphql("mutation($document: String!) { importModel(document: $document) { model { id } } }", { document: JSON.stringify(projectDocument) })) as {
      importModel: { model: { id: string } };
    };
    const change = "mutation($id: ID!, $changes: [JSON!]!) { applyChanges(modelId: $id, changes: $changes, message: \"Change of the rules for titles\") { revision } }";
    await this.graphql(change, { id: made.importModel.model.id, changes: projectChanges });
  }

  /** Answers an operation as if the server did. */
  async answer(operation: string, answer: object): Promise<void> {
    await this.page.route("**/graphql", async (route) => {
      const { operationName } = route.request().postDataJSON() as { operationName?: string };
      if (operationName === operation) await route.fulfill({ json: answer });
      else await route.fallback();
    });
  }

  /** Loses the next request of an operation, as a busy machine does. */
  async loseOnce(operation: string): Promise<void> {
    let lost = false;
    await this.page.route("**/graphql", async (route) => {
      const { operationName } = route.request().postDataJSON() as { operationName?: string };
      if (lost || operationName !== operation) {
        await route.fallback();
        return;
      }
      lost = true;
      await route.abort("connectionreset");
    });
  }

  private readonly unanswered = (route: Route): Promise<void> => route.abort("connectionrefused");

  /** Takes the server away from the editor, as when it is stopped. */
  async away(): Promise<void> {
    await this.page.route("**/graphql", this.unanswered);
  }

  async back(): Promise<void> {
    await this.page.unroute("**/graphql", this.unanswered);
  }

  /** Shows the models that are always there, all of one day: what other tests make and the clock do not count. */
  async sameEveryTime(): Promise<void> {
    await this.page.route("**/graphql", async (route) => {
      const { operationName = "" } = route.request().postDataJSON() as { operationName?: string };
      if (!["Models", "Model", "Revisions", "Applications"].includes(operationName)) {
        await route.fallback();
        return;
      }
      const response = await route.fetch();
      const text = (await response.text()).replace(/"(updatedAt|createdAt)":\s*"[^"]+"/g, '"$1":"2025-06-01T09:15:00.000000Z"');
      const answer = JSON.parse(text) as { data?: { models?: { name: string }[] } };
      if (answer.data?.models) answer.data.models = answer.data.models.filter(({ name }) => ["todo", "customer-orders", PROJECT].includes(name));
      await route.fulfill({ response, json: answer });
    });
  }

  /** Waits until every screen has been fetched, which the editor does in a quiet moment. */
  async screensFetched(): Promise<void> {
    await this.page.waitForFunction(() => performance.getEntriesByName("torque-screens").length > 0);
  }

  /** Waits until nothing is loading any more. */
  async settled(): Promise<void> {
    await expect(this.page.locator("[aria-busy=true]")).toHaveCount(0);
    await this.page.evaluate(() => document.fonts.ready);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(`/editor${path}`);
  }

  /** The words at the lower edge that say that everything is stored. */
  async saved(): Promise<void> {
    await expect(this.page.getByRole("contentinfo").getByRole("status").filter({ hasText: "Saved" })).toBeVisible();
  }

  async revision(): Promise<number> {
    const text = await this.page.getByRole("contentinfo").getByText(/ rev \d+/).innerText();
    return Number(/rev (\d+)/.exec(text)?.[1]);
  }

  async accessible(): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
  }
}

type WorkerState = { storageState: string };

/** Signs in once per worker: a link works once. */
export const test = base.extend<{ editor: Editor }, { session: WorkerState["storageState"] }>({
  session: [
    async ({ browser }, use, worker) => {
      const path = worker.project.outputDir + `/session-${String(worker.workerIndex)}.json`;
      const page = await browser.newPage({ baseURL: worker.project.use.baseURL });
      await page.goto(signInLink());
      await page.waitForURL(/\/editor\/models$/);
      await page.context().storageState({ path });
      await page.context().close();
      await use(path);
    },
    { scope: "worker" },
  ],
  storageState: ({ session }, use) => use(session),
  editor: async ({ page, context }, use) => {
    const { SLOWDOWN } = process.env;
    if (SLOWDOWN !== undefined) await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: Number(SLOWDOWN) });
    const refused: string[] = [];
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    page.on("console", (message) => {
      if (message.type() === "error" && /^CSP |Content Security Policy/.test(message.text())) refused.push(message.text());
    });
    page.on("pageerror", (error) => refused.push(error.message));
    await use(new Editor(page, context.request));
    expect(refused, "errors nobody caught, and reports of the content security policy").toEqual([]);
  },
});

export { expect };
