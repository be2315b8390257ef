import type { EntityRecord } from "@torque/protocol";
import { useCallback, useMemo, useRef, useState } from "react";
import type { RowSelection } from "./GridRow.types";

export type Selection = RowSelection & { /** The chosen rows, in their order. */ ids: readonly string[]; /** Lets these go. */ drop: (ids: readonly string[]) => void; clear: () => void };

const NO_ROWS: readonly EntityRecord[] = [];

/** The rows a reader has chosen. One that is not on the page any more is not chosen either. */
export function useSelection(given: readonly EntityRecord[] | undefined): Selection {
  const rows = given ?? NO_ROWS;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef(0);
  const ids = useMemo(() => rows.map(({ id }) => id).filter((id) => chosen.has(id)), [rows, chosen]);
  const selected = useMemo(() => new Set(ids), [ids]);
  const toggle = useCallback(
    (index: number, range = false) => {
      const id = rows[index]?.id;
      if (id === undefined) return;
      const [from, to] = range ? [Math.min(anchor.current, index), Math.max(anchor.current, index)] : [index, index];
      setChosen((before) => {
        const after = new Set(before);
        if (range || !before.has(id)) rows.slice(from, to + 1).forEach((row) => after.add(row.id));
        else after.delete(id);
        return after;
      });
      anchor.current = index;
    },
    [rows],
  );
  const selectAll = useCallback(() => setChosen(new Set(rows.map(({ id }) => id))), [rows]);
  const drop = useCallback((gone: readonly string[]) => setChosen((before) => new Set([...before].filter((id) => !gone.includes(id)))), []);
  const clear = useCallback(() => setChosen(new Set()), []);
  return useMemo(() => ({ ids, selected, toggle, selectAll, drop, clear }), [ids, selected, toggle, selectAll, drop, clear]);
}
