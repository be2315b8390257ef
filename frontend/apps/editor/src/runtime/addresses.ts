import type { Address } from "@torque/runtime";
import { useCallback, useMemo, useState } from "react";
import { useSearchParams } from "react-router";

type Changes = Parameters<Address["set"]>[0];

/** Parameters with some changed; null removes one, a list repeats one. */
export function withChanges(before: URLSearchParams, changes: Changes): URLSearchParams {
  const next = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    if (typeof value === "string") next.set(name, value);
    else value?.forEach((one) => { next.append(name, one); });
  }
  return next;
}

/** The state of a grid in the browser's address: filters can be linked to and survive a reload. */
export function useBrowserAddress(): Address {
  const [params, setParams] = useSearchParams();
  const set = useCallback<Address["set"]>(
    (changes, options) => {
      setParams((before) => withChanges(before, changes), { replace: options?.replace ?? false });
    },
    [setParams],
  );
  return useMemo(() => ({ params, set, goTo: () => undefined }), [params, set]);
}

/** The state of a previewed page in memory; other pages are handed to the owner. */
export function useMemoryAddress(onPage: (pageId: string) => void): Address {
  const [params, setParams] = useState(() => new URLSearchParams());
  const set = useCallback<Address["set"]>((changes) => {
    setParams((before) => withChanges(before, changes));
  }, []);
  const goTo = useCallback<Address["goTo"]>(
    (pageId, values = {}) => {
      setParams(new URLSearchParams(values));
      onPage(pageId);
    },
    [onPage],
  );
  return useMemo(() => ({ params, set, goTo }), [params, set, goTo]);
}
