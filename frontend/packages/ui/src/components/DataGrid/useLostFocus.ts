import type { EntityRecord } from "@torque/protocol";
import { useCallback, useLayoutEffect, useRef, type RefObject } from "react";

const NO_ROWS: readonly EntityRecord[] = [];

/**
 * Keeps the focus in the grid when what had it goes: the bar of the chosen rows with the choice, the last row with its
 * menu. The row that stands where the choice began takes it, and a list without rows takes it itself.
 *
 * @returns Tells that the choice ends by the bar, which has the focus.
 */
export function useLostFocus(scroller: RefObject<HTMLDivElement | null>, chosen: readonly string[], given: readonly EntityRecord[] | undefined): () => void {
  const rows = given ?? NO_ROWS;
  const first = useRef(-1);
  const filled = useRef(false);
  const byBar = useRef(false);
  useLayoutEffect(() => {
    const grid = scroller.current;
    const lost = byBar.current || document.activeElement === document.body;
    const ended = chosen.length === 0 && first.current >= 0;
    const emptied = filled.current && rows.length === 0;
    const at = Math.min(first.current, rows.length - 1);
    first.current = chosen.length > 0 ? rows.findIndex(({ id }) => id === chosen[0]) : -1;
    filled.current = rows.length > 0;
    if (chosen.length === 0) byBar.current = false;
    if (!grid || !lost || (!ended && !emptied)) return;
    const row = grid.querySelector<HTMLElement>(`[data-index="${at}"]`) ?? grid.querySelector<HTMLElement>("[data-index]");
    (row ?? grid).focus({ preventScroll: true });
  }, [scroller, chosen, rows]);
  return useCallback(() => {
    byBar.current = true;
  }, []);
}
