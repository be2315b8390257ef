import type { EntityRecord } from "@torque/protocol";
import { useCallback, useLayoutEffect, useRef, type RefObject } from "react";

export type HeldFocus = { hold: (index: number) => void; release: () => void };

/**
 * Keeps the focus in the grid when its row goes, deleted by its own menu or by somebody else: the row that takes the
 * place takes the focus, else the last one.
 */
export function useHeldFocus(body: RefObject<HTMLDivElement | null>, rows: readonly EntityRecord[]): HeldFocus {
  const holder = useRef<{ id: string; index: number } | null>(null);
  useLayoutEffect(() => {
    const held = holder.current;
    if (held && !rows.some(({ id }) => id === held.id)) {
      holder.current = null;
      if (document.activeElement === document.body) body.current?.querySelector<HTMLElement>(`[data-index="${Math.min(held.index, rows.length - 1)}"]`)?.focus({ preventScroll: true });
    }
    // A drawer that closes gives the focus back while React hears of no events.
    const row = document.activeElement?.closest<HTMLElement>("[data-index]");
    if (row && body.current?.contains(row)) holder.current = { id: row.dataset.id ?? "", index: Number(row.dataset.index) };
  });
  const hold = useCallback(
    (index: number) => {
      const id = rows[index]?.id;
      holder.current = id === undefined ? null : { id, index };
    },
    [rows],
  );
  const release = useCallback(() => {
    holder.current = null;
  }, []);
  return { hold, release };
}
