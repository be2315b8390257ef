import type { Address } from "@torque/runtime";
import { useCallback, useLayoutEffect, useMemo, useRef } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";

/** The browser's address as the place where a page keeps its state. Its functions stay the same as long as the application does. */
export function useAddress(): Address {
  const [params, setParams] = useSearchParams();
  const { application = "" } = useParams();
  const navigate = useNavigate();
  const newest = useRef({ setParams, navigate });
  useLayoutEffect(() => {
    newest.current = { setParams, navigate };
  });
  const set = useCallback<Address["set"]>((changes, { replace = false } = {}) => {
    // At once, as a whole: what is typed right after opening a form finds it there.
    const options = { replace, flushSync: !replace };
    newest.current.setParams((before) => {
      const after = new URLSearchParams(before);
      for (const [name, value] of Object.entries(changes)) {
        after.delete(name);
        if (typeof value === "string") after.set(name, value);
        else value?.forEach((one) => after.append(name, one));
      }
      return after;
    }, options);
  }, []);
  const goTo = useCallback<Address["goTo"]>(
    (pageId, query) => void newest.current.navigate({ pathname: `/${encodeURIComponent(application)}/${encodeURIComponent(pageId)}`, search: query ? `?${new URLSearchParams(query)}` : "" }),
    [application],
  );
  return useMemo(() => ({ params, set, goTo }), [params, set, goTo]);
}
