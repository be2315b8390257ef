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
  const titleOf = useSyncExternalStore(titles.subscribe, titles.known);
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
  return { titleOf, find };
}
