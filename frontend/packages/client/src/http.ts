/** Calls over POST. What is called in one tick goes as one batch, so a page and its frame cost one request. */
import type { RpcRequest, RpcResponse } from "@torque/protocol";
import { ConnectionLost, failureOf, isAbort, RpcError } from "./errors";
import { networkDuration, type Timed } from "./timing";

const MOST_IN_A_BATCH = 50;

type Waiting = {
  request: RpcRequest;
  resolve: (answer: Timed) => void;
  reject: (error: unknown) => void;
  signal?: AbortSignal;
  keepalive?: boolean;
};

export type HttpCallOptions = Pick<Waiting, "signal" | "keepalive">;
export type HttpCaller = { call: (request: RpcRequest, options?: HttpCallOptions) => Promise<Timed> };

/** Settles one waiting call with the answer that carries its id. */
function settle(call: Waiting, response: RpcResponse | undefined, durationMs: number): void {
  if (!response) call.reject(new ConnectionLost("The answer to this call is missing."));
  else if ("error" in response) call.reject(new RpcError(response.error));
  else call.resolve({ result: response.result, durationMs });
}

async function send(url: string, calls: Waiting[], fetcher: typeof fetch): Promise<void> {
  const single = calls.length === 1;
  const start = performance.now();
  try {
    const answer = await fetcher(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      credentials: "same-origin",
      body: JSON.stringify(single ? calls[0]?.request : calls.map(({ request }) => request)),
      signal: single ? calls[0]?.signal : undefined,
      keepalive: calls.some(({ keepalive }) => keepalive),
    });
    const body: unknown = answer.headers.get("content-type")?.includes("json") ? await answer.clone().json() : null;
    const responses = (Array.isArray(body) ? body : [body]).filter((one): one is RpcResponse => typeof one === "object" && one !== null && "jsonrpc" in one);
    const byId = new Map(responses.map((response) => [response.id, response]));
    if (!answer.ok && !calls.some(({ request }) => byId.has(request.id ?? null))) throw await failureOf(answer);
    const durationMs = networkDuration(url, start - 1, performance.now() - start);
    calls.forEach((call) => settle(call, byId.get(call.request.id ?? null), durationMs));
  } catch (error) {
    const cause = error instanceof RpcError || error instanceof ConnectionLost || isAbort(error) ? error : new ConnectionLost(undefined, { cause: error });
    calls.forEach(({ reject }) => reject(cause));
  }
}

/** A caller that posts to `url`. */
export function httpCaller(url: string, fetcher: typeof fetch = (...parameters) => fetch(...parameters)): HttpCaller {
  let waiting: Waiting[] = [];
  const flush = (): void => {
    const calls = waiting.filter(({ signal }) => !signal?.aborted);
    waiting = [];
    for (let start = 0; start < calls.length; start += MOST_IN_A_BATCH) void send(url, calls.slice(start, start + MOST_IN_A_BATCH), fetcher);
  };
  return {
    call: (request, { signal, keepalive } = {}) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
        waiting.push({ request, resolve, reject, signal, keepalive });
        if (waiting.length === 1) queueMicrotask(() => queueMicrotask(flush));
      }),
  };
}
