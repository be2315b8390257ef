// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { OwnWrites } from "../data/writes";
import { Deletions } from "./deletions";

const todo = { ids: ["1"], entityType: "todo" };
const sent = () => vi.fn(() => Promise.resolve(null));

describe("deleting with Undo", () => {
  it("hides at once and sends nothing until the time is over", async () => {
    const send = sent();
    const deletions = new Deletions(send, vi.fn());
    deletions.hide(todo);
    expect(deletions.hidden().has("1")).toBe(true);
    expect(send).not.toHaveBeenCalled();
    await deletions.commit(todo);
    expect(send).toHaveBeenCalledExactlyOnceWith(todo, { keepalive: false });
    expect(deletions.hidden().has("1")).toBe(true);
  });

  it("brings back what was undone, and never sends it", async () => {
    const send = sent();
    const deletions = new Deletions(send, vi.fn());
    deletions.hide(todo);
    deletions.undo(todo);
    await deletions.commit(todo);
    expect(deletions.hidden().size).toBe(0);
    expect(send).not.toHaveBeenCalled();
  });

  it("shows a record that is there again after it was deleted, but none that is on its way out", async () => {
    const deletions = new Deletions(sent(), vi.fn());
    deletions.hide(todo);
    expect(deletions.waiting("todo")).toEqual([todo]);
    expect(deletions.waiting("order")).toEqual([]);
    deletions.back(["1"]);
    expect(deletions.hidden().has("1")).toBe(true);
    await deletions.commit(todo);
    expect(deletions.waiting("todo")).toEqual([]);
    deletions.back(["1", "2"]);
    expect(deletions.hidden().size).toBe(0);
  });

  it("brings back what the server refused to delete, and says why", async () => {
    const failed = vi.fn();
    const refusal = new Error("two orders refer to it");
    const deletions = new Deletions(() => Promise.reject(refusal), failed);
    deletions.hide(todo);
    await deletions.commit(todo);
    expect(deletions.hidden().size).toBe(0);
    expect(failed).toHaveBeenCalledExactlyOnceWith(todo, refusal);
  });

  it("brings back of several what was refused, and no more", async () => {
    const failed = vi.fn();
    const refusal = new Error("an order refers to it");
    const several = { ids: ["1", "2", "3"], entityType: "todo" };
    const deletions = new Deletions(() => Promise.resolve({ ids: ["2"], error: refusal }), failed);
    deletions.hide(several);
    expect(deletions.hidden().size).toBe(3);
    await deletions.commit(several);
    expect([...deletions.hidden()]).toEqual(["1", "3"]);
    expect(failed).toHaveBeenCalledExactlyOnceWith({ ids: ["2"], entityType: "todo" }, refusal);
  });

  it("sends what waits when the page is closed", () => {
    const send = sent();
    const deletions = new Deletions(send, vi.fn());
    deletions.hide(todo);
    deletions.flush();
    expect(send).toHaveBeenCalledExactlyOnceWith(todo, { keepalive: true });
  });
});

describe("own writes", () => {
  it("are known by id and version, even when their event is faster than their answer", async () => {
    const writes = new OwnWrites();
    let answer = Function.prototype as (record: { id: string; version: number }) => void;
    const write = writes.run(() => new Promise<{ id: string; version: number }>((resolve) => (answer = resolve)), (record) => record);
    const own = writes.isOwn({ id: "1", version: 2 });
    answer({ id: "1", version: 2 });
    await write;
    expect(await own).toBe(true);
    expect(await writes.isOwn({ id: "1", version: 3 })).toBe(false);
  });

  it("cover every event of a record this reader deleted", async () => {
    const writes = new OwnWrites();
    await writes.run(() => Promise.resolve(null), () => ({ id: "1" }));
    expect(await writes.isOwn({ id: "1", version: 9 })).toBe(true);
  });
});
