// @vitest-environment node
import type { RpcRequest } from "@torque/protocol";
import { describe, expect, it, vi } from "vitest";
import { ConnectionLost, RpcError } from "./errors";
import { httpCaller } from "./http";

const request = (id: number, method = "ping"): RpcRequest => ({ jsonrpc: "2.0", id, method });
const answer = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

describe("calls over HTTP", () => {
  it("go alone when they are alone", async () => {
    const fetcher = vi.fn<typeof fetch>(() => Promise.resolve(answer({ jsonrpc: "2.0", id: 1, result: "one" })));
    const { result } = await httpCaller("/jsonrpc", fetcher).call(request(1));
    expect(result).toBe("one");
    expect(JSON.parse(String(fetcher.mock.calls[0]?.[1]?.body))).toEqual(request(1));
  });

  it("go as one batch when they are made in one tick, and each gets its own answer", async () => {
    const fetcher = vi.fn<typeof fetch>(() =>
      Promise.resolve(answer([{ jsonrpc: "2.0", id: 2, result: "two" }, { jsonrpc: "2.0", id: 1, error: { code: -32004, message: "None.", data: { code: "NOT_FOUND" } } }])),
    );
    const caller = httpCaller("/jsonrpc", fetcher);
    const [first, second] = await Promise.allSettled([caller.call(request(1)), caller.call(request(2))]);
    expect(fetcher).toHaveBeenCalledTimes(1);
    expect(first).toMatchObject({ status: "rejected", reason: { code: "NOT_FOUND" } });
    expect(second).toMatchObject({ status: "fulfilled", value: { result: "two" } });
  });

  it("fail with the catalogue's error when the whole request is refused", async () => {
    const fetcher = vi.fn<typeof fetch>(() => Promise.resolve(answer({ error: { code: "FORBIDDEN", message: "Not from here." } }, 403)));
    await expect(httpCaller("/jsonrpc", fetcher).call(request(1))).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("fail as a lost connection when nobody answers", async () => {
    const fetcher = vi.fn<typeof fetch>(() => Promise.reject(new TypeError("refused")));
    await expect(httpCaller("/jsonrpc", fetcher).call(request(1))).rejects.toBeInstanceOf(ConnectionLost);
  });

  it("carry the fields of a refused record", () => {
    const errors = [{ path: "/label", rule: "Required", message: "Fill this in.", severity: "Error" as const }];
    expect(new RpcError({ code: -32010, message: "No.", data: { code: "VALIDATION_FAILED", errors } }).fieldErrors).toEqual(errors);
  });
});
