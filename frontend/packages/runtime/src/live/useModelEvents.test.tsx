import type { FeedListener, TorqueClient } from "@torque/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { keys } from "../data/keys";
import { useModelEvents } from "./useModelEvents";

const drawnFrom = (modelVersion: number) => ({ meta: { modelVersion } });

/** An application whose page was read once, from revision 3; `hear` is what its feed tells. */
async function opened() {
  const cache = new QueryClient();
  const read = vi.fn(() => Promise.resolve(drawnFrom(3)));
  await cache.prefetchQuery({ queryKey: keys.page("start"), queryFn: read });
  let hear: FeedListener = () => {};
  const client = {
    subscribe: (_topics: readonly string[], listener: FeedListener) => {
      hear = listener;
      return () => {};
    },
  } as unknown as TorqueClient;
  renderHook(() => useModelEvents(client), { wrapper: ({ children }) => <QueryClientProvider client={cache}>{children}</QueryClientProvider> });
  const stand = (revision: number) => act(async () => hear({ topic: "app:1/model", seq: "", kind: "standing", data: { revision } }));
  const stale = () => cache.getQueryState(keys.page("start"))?.isInvalidated;
  return { cache, stand, stale };
}

describe("the model, when its subscription stands", () => {
  it("is read again when it changed since the page was drawn", async () => {
    const { stand, stale } = await opened();
    await stand(4);
    expect(stale()).toBe(true);
  });

  it("is not read again when the page is of that revision", async () => {
    const { stand, stale } = await opened();
    await stand(3);
    expect(stale()).toBe(false);
  });

  it("is read again when a page that was on its way turns out to be older", async () => {
    const { cache, stand, stale } = await opened();
    let answer: (page: object) => void = () => {};
    void cache.fetchQuery({ queryKey: keys.page("next"), queryFn: () => new Promise<object>((resolve) => (answer = resolve)) });
    cache.setQueryData(keys.page("start"), drawnFrom(4));
    await stand(4);
    expect(stale()).toBe(false);
    await act(async () => answer(drawnFrom(3)));
    expect(stale()).toBe(true);
  });
});
