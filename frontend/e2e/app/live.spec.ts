import type { Page } from "@playwright/test";
import { Application, expect, test } from "./support";

/** Tells which worker of the server each connection of a page is held by: asked over the connection itself. */
async function workersOf(page: Page): Promise<{ last: () => number | undefined }> {
  let worker: number | undefined;
  await page.routeWebSocket(/\/ws\//, (socket) => {
    const server = socket.connectToServer();
    worker = undefined;
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => {
      const answer = JSON.parse(String(message)) as { id?: unknown; result?: { live: { worker: number } } };
      if (answer.id === "which-worker") worker = answer.result?.live.worker;
      else socket.send(message);
    });
    server.send(JSON.stringify({ jsonrpc: "2.0", id: "which-worker", method: "getCapabilities", params: {} }));
  });
  return { last: () => worker };
}

/** Opens the application in a page that is held by another worker than `taken`; the system chooses, so it is asked until it does. */
async function openElsewhere(application: Application, workers: { last: () => number | undefined }, taken: number | undefined, path = ""): Promise<void> {
  await expect(async () => {
    await application.open(path);
    await expect.poll(workers.last).toBeDefined();
    expect(workers.last()).not.toBe(taken);
  }).toPass({ intervals: [0] });
}

test("what somebody else changes at another worker appears in place while typing, scroll and focus stay", async ({ orders, page, context }) => {
  const other = new Application(await context.newPage(), orders.name);
  const [here, there] = [await workersOf(page), await workersOf(other.page)];
  await openElsewhere(orders, here, undefined, "/orders?form=order_form&new=1");
  await openElsewhere(other, there, here.last(), "/orders");
  expect(new Set([here.last(), there.last()]).size).toBe(2);

  await orders.drawer().getByRole("textbox", { name: "Notes" }).fill("In the middle of");
  const rows = page.locator("[role=grid]").locator("..");
  await rows.evaluate((element) => element.scrollTo({ top: 120 }));
  await expect.poll(() => rows.evaluate((element) => element.scrollTop)).toBe(120);

  await other.row("CO-1038").click();
  await other.drawer().getByRole("textbox", { name: "Order number" }).fill("CO-9038");
  await other.drawer().getByRole("button", { name: /^Save/ }).click();

  await expect(page.locator("[data-id]", { hasText: "CO-9038" })).toBeAttached();
  expect(await rows.evaluate((element) => element.scrollTop)).toBe(120);
  await expect(orders.drawer().getByRole("textbox", { name: "Notes" })).toHaveValue("In the middle of");
  await expect(orders.drawer().getByRole("textbox", { name: "Notes" })).toBeFocused();
});

test("a record that somebody else deletes while it is open says so, and keeps what was typed", async ({ orders, page }) => {
  await orders.open("/orders");
  await orders.row("CO-1039").click();
  const notes = orders.drawer().getByRole("textbox", { name: "Notes" });
  await notes.fill("In the middle of");
  const entityId = new URL(page.url()).searchParams.get("record");
  await orders.call(page.request, "deleteEntity", { entityType: "order", entityId });
  await expect(orders.drawer().getByRole("alert").filter({ hasText: "Somebody else deleted this record." })).toBeVisible();
  await expect(notes).toBeFocused();
  await expect(notes).toHaveValue("In the middle of");
});

test("a change of the model at another worker shows in the open page, and what was typed stays", async ({ todo, page, context, editor }) => {
  const other = new Application(await context.newPage(), todo.name);
  const [here, there] = [await workersOf(page), await workersOf(other.page)];
  await openElsewhere(todo, here, undefined, "?form=todo_form&new=1");
  await openElsewhere(other, there, here.last());
  await todo.drawer().getByRole("textbox", { name: "Task" }).fill("Half written");
  const { model } = (await editor.graphql("query($id: ID!) { model(id: $id) { id } }", { id: todo.name })) as { model: { id: string } };
  await editor.graphql("mutation($id: ID!, $changes: [JSON!]!) { applyChanges(modelId: $id, changes: $changes) { revision } }", {
    id: model.id,
    changes: [{ type: "UpdatePage", target: "start_page", set: { title: "Chores" } }],
  });
  for (const application of [todo, other]) await expect(application.page.getByRole("heading", { level: 1, name: "Chores", includeHidden: true })).toBeAttached();
  await expect(todo.drawer().getByRole("textbox", { name: "Task" })).toHaveValue("Half written");
});

test("what somebody else changes appears in place while typing and focus stay", async ({ todo, page, context }) => {
  const other = new Application(await context.newPage(), todo.name);
  await todo.open();
  await other.open();
  await expect(todo.row("Water the plants")).toContainText("Open");
  await page.getByRole("button", { name: "New Todo" }).click();
  await todo.drawer().getByRole("textbox", { name: "Task" }).fill("In the middle of");

  await other.row("Water the plants").click();
  await other.drawer().getByRole("textbox", { name: "Task" }).fill("Water all plants");
  await other.drawer().getByRole("button", { name: /^Save/ }).click();

  await expect(page.locator("[data-id]", { hasText: "Water all plants" })).toBeVisible();
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

test("two who change the same field: the later one is told at the field, chooses, and saves it", async ({ todo, page, context }) => {
  await todo.open();
  await todo.row("Call the electrician").click();
  const task = todo.drawer().getByRole("textbox", { name: "Task" });
  await task.fill("Call the plumber");
  await todo.call(context.request, "updateEntity", { entityId: new URL(page.url()).searchParams.get("record"), data: { label: "Call Ada" } });
  const note = todo.drawer().getByRole("group", { name: "Conflict at Task" });
  await expect(note).toContainText("to Call Ada.");
  await expect(task).toHaveValue("Call the plumber");
  await todo.accessible();
  await todo.drawer().getByRole("button", { name: /^Save/ }).click();
  await expect(todo.drawer().getByRole("button", { name: "Choose for 1 field" })).toBeVisible();
  await note.getByRole("button", { name: "Keep Call the plumber" }).click();
  await todo.drawer().getByRole("button", { name: /^Save/ }).click();
  await expect(todo.row("Call the plumber")).toBeVisible();
});

test("a save that comes too late without anybody having heard of it shows what clashes, and goes on by itself where nothing does", async ({ todo, page, context }) => {
  await page.routeWebSocket(/\/ws\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => void (String(message).includes('"event"') || socket.send(message)));
  });
  await todo.open();
  await todo.row("Call the electrician").click();
  const id = new URL(page.url()).searchParams.get("record");
  const task = todo.drawer().getByRole("textbox", { name: "Task" });
  await task.fill("Call the plumber");
  await todo.call(context.request, "updateEntity", { entityId: id, data: { label: "Call Ada" } });
  await todo.drawer().getByRole("button", { name: /^Save/ }).click();
  await todo.drawer().getByRole("button", { name: "Use Call Ada" }).click();
  await expect(task).toHaveValue("Call Ada");
  await task.fill("Call Grace");
  await todo.call(context.request, "updateEntity", { entityId: id, data: { status: "closed" } });
  await todo.drawer().getByRole("button", { name: /^Save/ }).click();
  await expect(todo.drawer()).toBeHidden();
  await expect(todo.row("Call Grace")).toContainText("Closed");
});

test("two who edit different fields of the same record: both are kept", async ({ todo, page, context }) => {
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
  const back = expect(page.getByText("Offline.")).toBeHidden();
  // It also tries by itself, and may be back before the button is pressed.
  await Promise.race([page.getByRole("button", { name: "Try again" }).click().catch(() => undefined), back]);
  await back;
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
