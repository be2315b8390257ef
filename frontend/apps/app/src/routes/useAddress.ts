import type { Address } from "@torque/runtime";
import { useMemo } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";

/** The browser's address as the place where a page keeps its state. */
export function useAddress(): Address {
  const [params, setParams] = useSearchParams();
  const { application = "" } = useParams();
  const navigate = useNavigate();
  return useMemo(
    () => ({
      params,
      set: (changes, { replace = false } = {}) =>
        setParams(
          (before) => {
            const after = new URLSearchParams(before);
            for (const [name, value] of Object.entries(changes)) {
              after.delete(name);
              if (typeof value === "string") after.set(name, value);
              else value?.forEach((one) => after.append(name, one));
            }
            return after;
          },
          { replace },
        ),
      goTo: (pageId, query) => void navigate({ pathname: `/${encodeURIComponent(application)}/${encodeURIComponent(pageId)}`, search: query ? `?${new URLSearchParams(query)}` : "" }),
    }),
    [params, setParams, navigate, application],
  );
}
