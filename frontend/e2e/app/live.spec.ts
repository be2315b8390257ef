import { Application, expect, test } from "./support";

test("what somebody else changes appears in place while typing, scroll and focus stay", async ({ todo, page, context }) => {
  const other = new Application(await context.newPage(), todo.name);
  await todo.open();
  await other.open();
  await expect(todo.row("Water the plants")).toContainText("Open");
  await page.getByRole("button", { name: "New Todo" }).click();
  await todo.drawer().getByRole("textbox", { name: "Task" }).fill("In the middle of");

  await other.row("Water the plants").click();
  await other.drawer().getByRole("textbox", { name: "Task" }).fill("Water all plants");
  await other.drawer().getByRole("button", { name: /^Save/ }).click();

  await expect(page.locator("[data-id]", { hasText: "Water all plants" })).toBeVisible({ timeout: 2000 });
  await expect(todo.drawer().getByRole("textbox", { name: "Task" })).toHaveValue("In the middle of");
  await expect(todo.drawer().getByRole("textbox", { name: "Task" })).toBeFocused();
});

test("what somebody else adds waits behind a button, so that nothing moves under the reader", async ({ todo, page, context }) => {
  const other = new Application(await context.newPage(), todo.name);
  await todo.open();
  await other.open();
  await expect(todo.row("Buy groceries")).toBeVisible();
  await other.add("From the other side");
  await expect(other.row("From the other side")).toBeVisible();
  await page.getByRole("button", { name: "1 new" }).click();
  await expect(todo.row("From the other side")).toBeVisible();
});

test("two who edit the same record: the later one is told, keeps what was typed, and saves it", async ({ todo, page, context }) => {
  await todo.open();
  await todo.row("Call the electrician").click();
  await todo.drawer().getByRole("textbox", { name: "Task" }).fill("Call the plumber");
  const id = new URL(page.url()).searchParams.get("record");
  const answer = await context.request.post(`/jsonrpc/${todo.name}`, {
    data: { jsonrpc: "2.0", id: 1, method: "updateEntity", params: { entityId: id, data: { status: "closed" } } },
  });
  expect(await answer.json()).toHaveProperty("result.status", "closed");
  await expect(todo.drawer().getByRole("combobox", { name: "Status" })).toHaveValue("Closed");
  await expect(todo.drawer().getByRole("textbox", { name: "Task" })).toHaveValue("Call the plumber");
  await todo.drawer().getByRole("button", { name: /^Save/ }).click();
  await expect(todo.row("Call the plumber")).toContainText("Closed");
});

test("a lost connection is said in a line, and the page is right again when it is back", async ({ todo, page }) => {
  let reachable = true;
  const open = new Set<{ close: () => Promise<void> }>();
  await page.routeWebSocket(/\/ws\//, (socket) => {
    if (!reachable) return void socket.close();
    open.add(socket);
    socket.connectToServer();
  });
  await page.route("**/jsonrpc/**", (route) => (reachable ? route.continue() : route.abort()));
  await todo.open();
  await expect(todo.readout()).toContainText("5 of 5 todos");
  reachable = false;
  await Promise.all([...open].map((socket) => socket.close()));
  await expect(page.getByText("Offline.")).toBeVisible();
  await expect(todo.row("Water the plants")).toBeVisible();
  reachable = true;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Offline.")).toBeHidden();
  await todo.add("Back again");
  await expect(todo.row("Back again")).toBeVisible();
});

test("changes arrive over an event stream too, when the operator chose that", async ({ todo, page, context }) => {
  await page.route("**/jsonrpc/**", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('"transport":"auto"', '"transport":"sse"') });
  });
  const stream = page.waitForRequest(/\/events\/.*entity%3Atodo/);
  await todo.open();
  await expect(todo.row("Water the plants")).toBeVisible();
  await stream;
  const other = new Application(await context.newPage(), todo.name);
  await other.open();
  await other.row("Water the plants").click();
  await other.drawer().getByRole("textbox", { name: "Task" }).fill("Water over a stream");
  await other.drawer().getByRole("button", { name: /^Save/ }).click();
  await expect(todo.row("Water over a stream")).toBeVisible();
});
