// @vitest-environment node
import type { TorqueClient } from "@torque/client";
import { describe, expect, it } from "vitest";
import { deleteRecords, makeRecords, type Progress } from "./many";

type Held = { id: string; parent?: string };

/** A server whose records hold their parents; `limit` of a list and cursors by id, as the real one has them. */
function holding(records: Held[]): { client: TorqueClient; left: () => string[] } {
  let held = records;
  const methods: Record<string, (params: { limit: number; cursor?: string; entityIds: string[] }) => unknown> = {
    loadEntityData: ({ limit, cursor = "" }) => {
      const data = held.filter(({ id }) => id > cursor).slice(0, limit);
      return { data, pagination: { nextCursor: data.length === limit ? (data.at(-1)?.id ?? null) : null } };
    },
    bulkDeleteEntities: ({ entityIds }) => {
      const results = entityIds.map((id) => {
        if (held.some(({ parent }) => parent === id)) return { ok: false, error: { code: "CONFLICT", message: "Others refer to it." } };
        held = held.filter((one) => one.id !== id);
        return { ok: true };
      });
      const failed = results.filter(({ ok }) => !ok).length;
      return { results, succeeded: results.length - failed, failed };
    },
  };
  const call = (method: string, params: never): Promise<unknown> => Promise.resolve(methods[method]?.(params));
  return { client: { call } as unknown as TorqueClient, left: () => held.map(({ id }) => id) };
}

const many = (count: number): Held[] => Array.from({ length: count }, (_, at) => ({ id: String(at).padStart(5, "0") }));
const wish = (of: number, signal = new AbortController().signal) => ({ entityType: "order", filters: {}, search: "", of, signal, onProgress: (): void => undefined });

describe("deleting all that match", () => {
  it("goes on past what one request takes, and tells how far it is", async () => {
    const { client, left } = holding(many(1_234));
    const told: Progress[] = [];
    expect(await deleteRecords(client, { ...wish(1_234), onProgress: (one) => told.push(one) })).toEqual({ deleted: 1_234, refused: 0, reason: "" });
    expect(left()).toEqual([]);
    expect(told.map(({ done }) => done)).toEqual([500, 1_000, 1_234]);
  });

  it("goes through records that hold each other until nothing more goes", async () => {
    const { client, left } = holding([{ id: "a" }, { id: "b", parent: "a" }, { id: "c", parent: "b" }]);
    expect((await deleteRecords(client, wish(3))).deleted).toBe(3);
    expect(left()).toEqual([]);
  });

  it("leaves what others hold, and says why", async () => {
    const { client, left } = holding([{ id: "a", parent: "b" }, { id: "b", parent: "a" }, { id: "c" }]);
    expect(await deleteRecords(client, wish(3))).toEqual({ deleted: 1, refused: 2, reason: "Others refer to it." });
    expect(left()).toEqual(["a", "b"]);
  });

  it("is stopped between two batches", async () => {
    const { client, left } = holding(many(1_200));
    const control = new AbortController();
    const { deleted } = await deleteRecords(client, { ...wish(1_200, control.signal), onProgress: () => { control.abort(); } });
    expect([deleted, left().length]).toEqual([500, 700]);
  });
});

describe("making records up", () => {
  it("asks for no more at once than is told of", async () => {
    const asked: number[] = [];
    const told: Progress[] = [];
    const made = await makeRecords({ count: 600, entities: 2, signal: new AbortController().signal, onProgress: (one) => told.push(one) }, (count) => {
      asked.push(count);
      return Promise.resolve(count * 2);
    });
    expect(made).toBe(1_200);
    expect(asked).toEqual([250, 250, 100]);
    expect(told.at(-1)).toEqual({ done: 1_200, of: 1_200 });
  });
});
