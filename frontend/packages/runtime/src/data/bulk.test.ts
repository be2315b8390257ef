// @vitest-environment node
import { createClient } from "@torque/client";
import type { RpcRequest } from "@torque/protocol";
import { describe, expect, it } from "vitest";
import { restoreRecords, updateRecords } from "./bulk";
import { errorText } from "./mutations";

const silent = () => ({ close: () => {}, send: () => false });

describe("several records changed alike", () => {
  it("say of those that were refused which rule they break", async () => {
    const errors = [{ path: "/1/state", rule: "Check", message: "Only heavy parcels are closed.", severity: "Error" }];
    const result = {
      results: [
        { ok: true, record: { id: "a", version: 2 } },
        { ok: false, error: { code: "VALIDATION_FAILED", message: "The record does not fulfil the rules of its entity.", path: "/1", errors } },
        { ok: false, error: { code: "NOT_FOUND", message: "There is no such record.", path: "/2" } },
      ],
      succeeded: 1,
      failed: 2,
    };
    const answer: typeof fetch = (_, init) => Promise.resolve(Response.json({ jsonrpc: "2.0", id: (JSON.parse(String(init?.body)) as RpcRequest).id, result }));
    const client = createClient({ application: "parcels", baseUrl: "http://torque.test", fetch: answer, open: { socket: silent, stream: silent } });
    const { written, refused } = await updateRecords(client, "parcel", ["a", "b", "c"], { state: "closed" });
    expect(written).toEqual([{ id: "a", version: 2 }]);
    expect(refused?.ids).toEqual(["b", "c"]);
    expect(errorText(refused?.error, "offline", "unknown")).toBe("Only heavy parcels are closed.");
  });
});

describe("several records brought back", () => {
  it("are tried again once what they need is there, those that are there already do not count as refused", async () => {
    const there = new Set(["other"]);
    const needs: Record<string, string> = { child: "parent", parent: "other", orphan: "gone" };
    const whole: string[] = [];
    const answerOne = ({ id, method, params }: RpcRequest): unknown => {
      const { entityId, withDependants } = params as { entityId: string; withDependants?: boolean };
      if (method === "loadEntityData") return { jsonrpc: "2.0", id, result: { data: [{ id: "met", version: 3 }], pagination: {}, meta: {} } };
      if (withDependants) whole.push(entityId);
      if (!there.has(needs[entityId] ?? "")) return { jsonrpc: "2.0", id, error: { code: -32010, message: `There is no ${needs[entityId] ?? ""}.`, data: { code: "VALIDATION_FAILED" } } };
      there.add(entityId);
      return { jsonrpc: "2.0", id, result: { id: entityId, version: 2 } };
    };
    const answer: typeof fetch = (_, init) => {
      const body = JSON.parse(String(init?.body)) as RpcRequest | RpcRequest[];
      return Promise.resolve(Response.json(Array.isArray(body) ? body.map(answerOne) : answerOne(body)));
    };
    const client = createClient({ application: "parcels", baseUrl: "http://torque.test", fetch: answer, open: { socket: silent, stream: silent } });
    const { restored, refused } = await restoreRecords(client, "parcel", ["orphan", "child", "parent", "met"], (id) => id === "parent");
    expect(restored.map(({ id }) => id)).toEqual(["parent", "child", "met"]);
    expect(whole).toEqual(["parent"]);
    expect(refused?.ids).toEqual(["orphan"]);
    expect(errorText(refused?.error, "offline", "unknown")).toBe("There is no gone.");
  });
});
