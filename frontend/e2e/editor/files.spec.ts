import { randomBytes } from "node:crypto";
import { expect, test } from "./support";

test("a file is kept with a record, seen, fetched and taken away in the data browser", async ({ editor, page }) => {
  const name = `archive-${randomBytes(4).toString("hex")}`;
  const field = (id: string, type: object): object => ({ id, name: id, display_name: id, field_type: type });
  const entities = [{ id: "letter", name: "letter", display_name: "Letter", fields: [field("Subject", { type: "String" }), field("Scan", { type: "Binary", max_size: 1024, types: ["text/*"] })] }];
  await editor.graphql("mutation($document: String!) { importModel(document: $document) { model { id } } }", { document: JSON.stringify({ format: "torque/1", name, entities }) });
  await editor.open(`/models/${name}/data`);
  await page.getByRole("button", { name: "New Letter", exact: true }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("Subject").fill("A reply");
  await drawer.locator("input[type=file]").setInputFiles({ name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(2048, "a") });
  await expect(drawer.getByText(/at most 1 kB/)).toBeVisible();
  await drawer.locator("input[type=file]").setInputFiles({ name: "reply.txt", mimeType: "text/plain", buffer: Buffer.from("Dear Ann") });
  await expect(drawer.getByText("8 byte")).toBeVisible();
  await drawer.getByRole("button", { name: /^Create letter/ }).click();

  await page.getByText("A reply").click();
  const link = drawer.getByRole("link", { name: "reply.txt" });
  await expect(link).toBeVisible();
  const answer = await page.request.get((await link.getAttribute("href")) ?? "");
  expect(await answer.text()).toBe("Dear Ann");

  await drawer.getByRole("button", { name: "Remove reply.txt" }).click();
  await drawer.getByRole("button", { name: /^Save/ }).click();
  await expect(drawer).toHaveCount(0);
  await page.getByText("A reply").click();
  await expect(drawer.getByLabel("Subject")).toHaveValue("A reply");
  await expect(link).toHaveCount(0);
});
