import { useCallback } from "react";
import { useSearchParams } from "react-router";

export type OpenPart = {
  /** Id of the part whose panel is open, "new" for one that is being added. */
  open: string | null;
  show: (id: string | null) => void;
};

/** Which part of a list is open in the panel; it stands in the address under this name. */
export function usePart(name: string): OpenPart {
  const [parameters, setParameters] = useSearchParams();
  const show = useCallback(
    (id: string | null) => {
      // At once: what opens takes the focus before the next key.
      setParameters(
        (before) => {
          const next = new URLSearchParams(before);
          if (id === null) next.delete(name);
          else next.set(name, id);
          return next;
        },
        { flushSync: true },
      );
    },
    [name, setParameters],
  );
  return { open: parameters.get(name), show };
}
