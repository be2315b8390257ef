import type { LiveEvent, RecordEventData } from "@torque/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useRuntime } from "../context";
import { keys } from "../data/keys";

const MARKED_FOR_MS = 2400;
const MARKED_FOR_STILL_MS = 4000;
/** Events of one burst lead to one reading. */
const GATHER_MS = 60;

export type RemoteChanges = {
  /** Records somebody else just changed, with the fields. */
  changed: ReadonlyMap<string, readonly string[]>;
  /** Records somebody else added, held back until asked for. */
  added: ReadonlySet<string>;
  showAdded: () => void;
};

const isRecordEvent = (data: unknown): data is RecordEventData => typeof data === "object" && data !== null && "id" in data;

/** Follows the records of an entity: reads again what others changed, marks it, and holds back what they added. */
export function useRecordEvents(entityType: string): RemoteChanges {
  const { client, writes, deletions } = useRuntime();
  const cache = useQueryClient();
  const [changed, setChanged] = useState<ReadonlyMap<string, readonly string[]>>(new Map());
  const [added, setAdded] = useState<ReadonlySet<string>>(new Set());
  const gathering = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const read = useCallback(() => {
    clearTimeout(gathering.current);
    gathering.current = setTimeout(() => void cache.invalidateQueries({ queryKey: keys.records(entityType) }), GATHER_MS);
  }, [cache, entityType]);
  const mark = useCallback((id: string, fields: readonly string[]) => {
    setChanged((before) => new Map(before).set(id, fields));
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    setTimeout(
      () =>
        setChanged((before) => {
          const after = new Map(before);
          if (after.get(id) === fields) after.delete(id);
          return after;
        }),
      still ? MARKED_FOR_STILL_MS : MARKED_FOR_MS,
    );
  }, []);
  useEffect(() => {
    const hear = async ({ kind, data }: LiveEvent): Promise<void> => {
      if (kind === "resync" || !isRecordEvent(data)) return read();
      if (await writes.isOwn(data)) return;
      if (kind !== "deleted") deletions.back([data.id]);
      if (kind === "updated") mark(data.id, data.fields ?? []);
      if (kind === "created") setAdded((before) => new Set(before).add(data.id));
      return read();
    };
    return client.subscribe([`entity:${entityType}`], (event) => void hear(event));
  }, [client, writes, deletions, entityType, mark, read]);
  useEffect(() => () => clearTimeout(gathering.current), []);
  return { changed, added, showAdded: useCallback(() => setAdded(new Set()), []) };
}
