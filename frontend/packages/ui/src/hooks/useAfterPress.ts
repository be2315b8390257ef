import { useCallback, useEffect, useRef } from "react";

/**
 * Puts off what a blur brings until the press that caused it is over: an error that appeared in between would push what
 * is pressed away from under the pointer, and the click would reach nothing.
 */
export function useAfterPress(): (run: () => void) => void {
  const waiting = useRef<(() => void)[] | null>(null);
  useEffect(() => {
    const press = (): void => {
      waiting.current ??= [];
    };
    const release = (): void => {
      const all = waiting.current ?? [];
      waiting.current = null;
      // The click follows the release; what waited comes after both.
      setTimeout(() => all.forEach((run) => run()));
    };
    document.addEventListener("pointerdown", press, true);
    document.addEventListener("pointerup", release, true);
    document.addEventListener("pointercancel", release, true);
    return () => {
      document.removeEventListener("pointerdown", press, true);
      document.removeEventListener("pointerup", release, true);
      document.removeEventListener("pointercancel", release, true);
    };
  }, []);
  return useCallback((run) => {
    if (waiting.current) waiting.current.push(run);
    else run();
  }, []);
}
