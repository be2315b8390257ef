import type { EntityRecord, FormDefinition } from "@torque/protocol";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useRuntime } from "../context";
import { keys } from "../data/keys";
import { learnTitles } from "../data/titles";
import { useRecordEvents } from "../live/useRecordEvents";
import { deletedRows, referredTo, type Words } from "./deleted";

const PAGE_SIZE = 50;

export type Deleted = {
  /** Undefined until the first of them have come. */
  rows: EntityRecord[] | undefined;
  durationMs: number;
  /** Where the log begins, if it was cut. */
  since: string | null;
  error: Error | null;
  refreshing: boolean;
  retry: () => void;
  /** Reads on; undefined where there are no more. */
  more: (() => void) | undefined;
};

/** The deleted records of an entity, kept up to date; `form` tells which fields refer to others. */
export function useDeleted(entityType: string, form: FormDefinition | undefined, known: boolean, words: Words): Deleted {
  const { client, titles } = useRuntime();
  useRecordEvents(entityType);
  const { data, error, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: keys.deleted(entityType),
    queryFn: async ({ pageParam, signal }) => {
      const { result, durationMs } = await client.timed("loadDeletedEntities", { entityType, limit: PAGE_SIZE, ...(pageParam ? { cursor: pageParam } : {}) }, { signal });
      const references = (form?.fields ?? []).map(({ name, entity }) => ({ field: name, entity }));
      titles.learn(entityType, result.data);
      await learnTitles(client, titles, referredTo(result.data, references), signal);
      return { ...result, durationMs };
    },
    initialPageParam: "",
    getNextPageParam: ({ pagination }) => pagination.nextCursor,
    enabled: known,
  });
  const pages = data?.pages;
  const last = pages?.at(-1);
  const titleField = titles.titleField(entityType);
  // A page that holds none leads on by itself: nobody could tell what more there is to be shown.
  const empty = last?.data.length === 0 && hasNextPage && !isFetching;
  useEffect(() => {
    if (empty) void fetchNextPage();
  }, [empty, fetchNextPage]);
  const rows = useMemo(() => pages && deletedRows(pages, titleField, words), [pages, titleField, words]);
  return {
    rows: rows?.length === 0 && hasNextPage ? undefined : rows,
    durationMs: last?.durationMs ?? 0,
    since: last?.meta.since ?? null,
    error,
    refreshing: isFetching && (pages?.length ?? 0) > 0,
    retry: () => void refetch(),
    more: hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined,
  };
}
