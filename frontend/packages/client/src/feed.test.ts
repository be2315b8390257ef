// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveHandlers } from "./connection";
import { waitBefore } from "./connection";
import { Feed } from "./feed";

type Opened = { handlers: LiveHandlers; sent: { id: number; method: string; params: { topics: string[]; since?: string } }[]; closed: boolean };

let opened: Opened[];
let feed: Feed;

const open = (handlers: LiveHandlers) => {
  const connection: Opened = { handlers, sent: [], closed: false };
  opened.push(connection);
  return {
    close: () => {
      connection.closed = true;
    },
    send: (frame: string) => {
      connection.sent.push(JSON.parse(frame) as Opened["sent"][number]);
      return true;
    },
  };
};

/** Opens the newest connection and grants what it asked for. */
function grant(seq = "run.1"): Opened {
  const connection = opened.at(-1);
  if (!connection) throw new Error("nothing was opened");
  connection.handlers.opened();
  connection.sent.forEach(({ id, params }) => connection.handlers.message({ jsonrpc: "2.0", id, result: { subscribed: params.topics, seq, revisions: params.topics?.includes("model") ? { "app:1/model": 7 } : {} } }));
  return connection;
}

const event = (topic: string, seq: string, kind = "updated") => ({ jsonrpc: "2.0", method: "event", params: { topic, seq, kind, data: { id: "1" } } });

beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  let id = 0;
  feed = new Feed({ socketUrl: "ws://here/ws", streamUrl: "/events", nextId: () => (id += 1), open: { socket: (_url, handlers) => open(handlers), stream: (_url, _topics, _since, handlers) => open(handlers) } });
});

describe("the live feed", () => {
  it("opens with its first subscriber and tells it the events of its topic only", () => {
    const heard = vi.fn();
    feed.subscribe(["entity:todo"], heard);
    const connection = grant();
    connection.handlers.message(event("app:1/entity:todo", "run.2"));
    connection.handlers.message(event("app:1/entity:todo/9", "run.2"));
    connection.handlers.message(event("app:1/entity:order", "run.3"));
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("resumes after a loss where it had stopped", async () => {
    feed.subscribe(["entity:todo"], () => {});
    const first = grant();
    await vi.advanceTimersByTimeAsync(0);
    first.handlers.message(event("entity:todo", "run.7"));
    first.handlers.closed();
    expect(feed.state.name).toBe("offline");
    await vi.advanceTimersByTimeAsync(1000);
    expect(opened).toHaveLength(2);
    const second = grant();
    expect(second.sent[0]?.params).toEqual({ topics: ["entity:todo"], since: "run.7" });
    expect(feed.state.name).toBe("live");
  });

  it("tells everybody to load anew when events were missed", () => {
    const todos = vi.fn();
    const orders = vi.fn();
    feed.subscribe(["entity:todo"], todos);
    feed.subscribe(["entity:order"], orders);
    grant().handlers.message({ jsonrpc: "2.0", method: "event", params: { topic: "", seq: "run.9", kind: "resync", data: null } });
    expect(todos).toHaveBeenCalledWith(expect.objectContaining({ kind: "resync" }));
    expect(orders).toHaveBeenCalledTimes(1);
  });

  it("has records read once more when their subscription stands, for what changed since they were read", async () => {
    const todos = vi.fn();
    const model = vi.fn();
    feed.subscribe(["entity:todo"], todos);
    feed.subscribe(["model"], model);
    const first = grant();
    await vi.advanceTimersByTimeAsync(0);
    expect(todos).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: "resync" }));
    expect(model).not.toHaveBeenCalledWith(expect.objectContaining({ kind: "resync" }));
    first.handlers.closed();
    await vi.advanceTimersByTimeAsync(1000);
    grant();
    await vi.advanceTimersByTimeAsync(0);
    expect(todos).toHaveBeenCalledTimes(1);
  });

  it("tells of which revision the model is when its subscription stands, each time", async () => {
    const model = vi.fn();
    feed.subscribe(["model"], model);
    const first = grant();
    await vi.advanceTimersByTimeAsync(0);
    expect(model).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: "standing", data: { revision: 7 } }));
    first.handlers.closed();
    await vi.advanceTimersByTimeAsync(1000);
    grant();
    await vi.advanceTimersByTimeAsync(0);
    expect(model).toHaveBeenCalledTimes(2);
  });

  it("tells so over an event stream too", () => {
    const model = vi.fn();
    feed.setTransport("sse");
    feed.subscribe(["model"], model);
    grant().handlers.position({ subscribed: ["app:1/model"], seq: "run.1", revisions: { "app:1/model": 7 } });
    expect(model).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: "standing", data: { revision: 7 } }));
  });

  it("does so over an event stream too", () => {
    const todos = vi.fn();
    feed.setTransport("sse");
    feed.subscribe(["entity:todo"], todos);
    grant();
    expect(todos).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: "resync" }));
  });

  it("asks for each topic by itself when one of several is refused", async () => {
    feed.subscribe(["entity:todo", "model"], () => {});
    const connection = opened[0];
    connection?.handlers.opened();
    const asked = connection?.sent[0];
    connection?.handlers.message({ jsonrpc: "2.0", id: asked?.id, error: { code: -32003, message: "No." } });
    await vi.advanceTimersByTimeAsync(0);
    expect(connection?.sent.slice(1).map(({ params }) => params.topics)).toEqual([["entity:todo"], ["model"]]);
  });

  it("fails calls that were under way when the connection broke", async () => {
    feed.subscribe(["model"], () => {});
    const connection = grant();
    const call = feed.call({ jsonrpc: "2.0", id: 99, method: "ping" });
    connection.handlers.closed();
    await expect(call).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });

  it("gives up a connection that owes an answer and does not even answer a ping", async () => {
    feed.subscribe(["model"], () => {});
    const connection = grant();
    const call = feed.call({ jsonrpc: "2.0", id: 99, method: "createEntity" });
    const failed = expect(call).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(connection.sent.at(-1)?.method).toBe("ping");
    await vi.advanceTimersByTimeAsync(15_000);
    await failed;
    expect([feed.state.name, connection.closed]).toEqual(["offline", true]);
  });

  it("waits for a long answer as long as the connection lives", async () => {
    feed.subscribe(["model"], () => {});
    const connection = grant();
    const call = feed.call({ jsonrpc: "2.0", id: 99, method: "executeXFlow" });
    for (let round = 0; round < 4; round += 1) {
      await vi.advanceTimersByTimeAsync(15_000);
      const ping = connection.sent.at(-1);
      connection.handlers.message({ jsonrpc: "2.0", id: ping?.id, result: { pong: true } });
    }
    connection.handlers.message({ jsonrpc: "2.0", id: 99, result: "done" });
    await expect(call).resolves.toMatchObject({ result: "done" });
    expect(feed.state.name).toBe("live");
  });

  it("fails what is under way when the browser says that there is no network, and connects again", async () => {
    feed.subscribe(["model"], () => {});
    const connection = grant();
    const call = feed.call({ jsonrpc: "2.0", id: 99, method: "createEntity" });
    feed.lose();
    await expect(call).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    expect([feed.state.name, connection.closed]).toEqual(["offline", true]);
    feed.retryNow();
    expect(opened.length).toBe(2);
  });

  it("unsubscribes a topic with its last listener", () => {
    const leave = feed.subscribe(["entity:todo"], () => {});
    const connection = grant();
    leave();
    expect(connection.sent.at(-1)).toMatchObject({ method: "unsubscribe", params: { topics: ["entity:todo"] } });
  });

  it("listens to a stream when the operator chose one, and sends no calls over it", () => {
    feed.setTransport("sse");
    feed.subscribe(["entity:todo"], () => {});
    opened[0]?.handlers.opened();
    expect(opened[0]?.sent).toEqual([]);
  });

  it("waits longer after each attempt, up to a quarter of a minute", () => {
    expect(waitBefore(1, () => 1)).toBe(250);
    expect(waitBefore(4, () => 1)).toBe(2000);
    expect(waitBefore(20, () => 1)).toBe(15_000);
  });
});
