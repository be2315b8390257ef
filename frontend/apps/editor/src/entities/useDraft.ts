import { updateBetween, type Change, type PartKind } from "@torque/model";
import { useCallback, useState } from "react";

export type Draft<T> = {
  value: T;
  /** The same function from render to render while the stored part is the same. */
  edit: (change: Partial<T>) => void;
  discard: () => void;
  /** From the stored part to the draft; empty when they are alike. */
  changes: Change[];
  /** How many members differ. */
  count: number;
};

/** A copy of a part that is edited until it is applied; follows the stored part while it is untouched. */
export function useDraft<T extends object>(kind: PartKind, target: string | undefined, stored: T, tidy: (part: T) => T): Draft<T> {
  const [edited, setEdited] = useState<T>();
  const value = edited ?? stored;
  const changes = updateBetween(kind, target, tidy(stored), tidy(value), ["id", "key"]);
  const [first] = changes;
  const count = first && "set" in first ? Object.keys(first.set ?? {}).length : 0;
  const gone = first && "unset" in first ? (first.unset?.length ?? 0) : 0;
  const edit = useCallback(
    (change: Partial<T>) => {
      setEdited((before) => ({ ...(before ?? stored), ...change }));
    },
    [stored],
  );
  const discard = useCallback(() => {
    setEdited(undefined);
  }, []);
  return { value, changes, count: count + gone, edit, discard };
}
