import { useEffect, useRef, type RefObject } from "react";

/** Keeps the current one of a row of links in sight where the row scrolls; it may change whenever `place` does. */
export function useCurrentInSight(place: string): RefObject<HTMLElement | null> {
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    const row = list.current;
    if (!row) return undefined;
    const observer = new ResizeObserver(() => {
      row.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
    // It also tells of the size at the start.
    observer.observe(row);
    return () => {
      observer.disconnect();
    };
  }, [place]);
  return list;
}
