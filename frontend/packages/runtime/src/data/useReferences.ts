import { useCallback, useSyncExternalStore } from "react";
import { useRuntime } from "../context";

const MOST_CHOICES = 20;

export type References = {
  titleOf: (entity: string, id: string) => string | undefined;
  find: (entity: string, text: string) => Promise<{ value: string; label: string }[]>;
};

/** Titles of referenced records and the search behind reference fields. `titleOf` changes when titles do. */
export function useReferences(): References {
  const { client, titles } = useRuntime();
  const version = useSyncExternalStore(titles.subscribe, titles.version);
  const find = useCallback(
    async (entity: string, text: string) => {
      const sortBy = titles.titleField(entity);
      const sort = sortBy ? { sortBy, sortOrder: "asc" as const } : {};
      const answer = await client.call("loadEntityData", { entityType: entity, limit: MOST_CHOICES, ...sort, ...(text.trim() ? { search: text.trim() } : {}) });
      titles.learn(entity, answer.data);
      return answer.data.map(({ id }) => ({ value: id, label: titles.of(entity, id) ?? id }));
    },
    [client, titles],
  );
  // The version makes a new function when a title was learned: whoever memoises on it draws again.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const titleOf = useCallback((entity: string, id: string) => titles.of(entity, id), [titles, version]);
  return { titleOf, find };
}
