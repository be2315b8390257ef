import type { GridLayout } from "@torque/ui";
import { useCallback, useState } from "react";

const isLayout = (value: unknown): value is GridLayout => typeof value === "object" && value !== null && "order" in value && Array.isArray(value.order) && "hidden" in value && Array.isArray(value.hidden) && "widths" in value && typeof value.widths === "object";

function read(key: string): GridLayout | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    return isLayout(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** The reader's own arrangement of a grid's columns, kept in this browser: it is theirs, not part of the page's address. */
export function useColumnLayout(application: string, grid: string): { layout: GridLayout | undefined; change: (layout: GridLayout) => void } {
  const key = `torque-columns/${application}/${grid}`;
  const [kept, setKept] = useState(() => ({ key, layout: read(key) }));
  const layout = kept.key === key ? kept.layout : read(key);
  const change = useCallback(
    (next: GridLayout) => {
      setKept({ key, layout: next });
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // A browser that keeps nothing still shows it until the page is left.
      }
    },
    [key],
  );
  return { layout, change };
}
