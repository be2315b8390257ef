import { createClient } from "@torque/client";
import type { FormDefinition, RpcRequest } from "@torque/protocol";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it } from "vitest";
import { keys as cacheKeys } from "../data/keys";
import { metadata } from "../fixtures/server";
import { RuntimeProvider } from "../RuntimeProvider";
import { useRecordForm } from "./useRecordForm";

const definition: FormDefinition = { id: "todo_form", name: "Todo", entity_type: "todo", fields: [{ name: "label", field_type: "TextInput", label: "Task" }] };
const silent = () => ({ close: () => {}, send: () => false });
const address = { params: new URLSearchParams(), set: () => {}, goTo: () => {} };

/** A form whose server answers as it is told; `keys` are the names its creations went under. */
function openForm(answers: ("lost" | "made" | "gone")[], id: string | null = null, cache = new QueryClient()) {
  const keys: unknown[] = [];
  const fetcher: typeof fetch = (_, init) => {
    const { id: call, params } = JSON.parse(String(init?.body)) as RpcRequest & { params: { idempotencyKey: string } };
    keys.push(params.idempotencyKey);
    const next = answers.shift();
    if (next === "gone") return Promise.resolve(Response.json({ jsonrpc: "2.0", id: call, error: { code: -32000, message: "There is no such record.", data: { code: "NOT_FOUND" } } }));
    if (next === "lost") return Promise.reject(new TypeError("connection reset"));
    return Promise.resolve(Response.json({ jsonrpc: "2.0", id: call, result: { id: "1", version: 1 } }));
  };
  const client = createClient({ application: "todo", baseUrl: "http://torque.test", fetch: fetcher, open: { socket: silent, stream: silent } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={cache}>
      <RuntimeProvider client={client} metadata={metadata} address={address}>
        {children}
      </RuntimeProvider>
    </QueryClientProvider>
  );
  const { result } = renderHook(() => useRecordForm(definition, id), { wrapper });
  return { keys, result, submit: (label: string) => act(() => result.current.submit({ label })) };
}

describe("a record that is made in a form", () => {
  it("goes under the same name again when its answer was lost, so that it is not made twice", async () => {
    const { keys, submit } = openForm(["lost", "made", "made"]);
    expect(await submit("Milk")).toMatchObject({ ok: false });
    expect(await submit("Milk")).toEqual({ ok: true });
    expect(await submit("Milk")).toEqual({ ok: true });
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[1]);
  });

  it("has a name of its own when it was changed before it was sent again", async () => {
    const { keys, submit } = openForm(["lost", "made"]);
    await submit("Milk");
    await submit("Bread");
    expect(keys[1]).not.toBe(keys[0]);
  });
});

describe("a record that is opened from a list", () => {
  it("stands in its form at once, as the list has it, and then as it is now", async () => {
    const cache = new QueryClient();
    cache.setQueryData(cacheKeys.list({ entityType: "todo" }), { data: [{ id: "1", version: 1, label: "Milk" }] });
    const { result } = openForm(["made"], "1", cache);
    expect(result.current.record).toMatchObject({ id: "1", label: "Milk" });
    await waitFor(() => expect(result.current.record?.label).toBeUndefined());
  });

  it("stays with what it was when somebody else deletes it, and says so", async () => {
    const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    const { result } = openForm(["made", "gone", "made"], "1", cache);
    await waitFor(() => expect(result.current.record).toMatchObject({ id: "1", version: 1 }));
    expect(result.current.gone).toBe(false);
    await act(() => cache.invalidateQueries());
    await waitFor(() => expect(result.current.gone).toBe(true));
    expect(result.current.record).toMatchObject({ id: "1" });
    await act(() => cache.invalidateQueries());
    await waitFor(() => expect(result.current.gone).toBe(false));
  });
});
