/** The data hooks: one per question a page asks. */
import { codeOf, type TorqueClient } from "@torque/client";
import type { EntityPage, EntityQuery, FormDefinition, Page, SingleRecord } from "@torque/protocol";
import { keepPreviousData, queryOptions, useQuery, useQueryClient, type QueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useLocale } from "@torque/ui";
import { useRuntime } from "../context";
import { keys } from "./keys";

export type TimedPage = EntityPage & { durationMs: number };

/** Answers that will be the same when asked again at once. */
const FINAL = new Set(["NOT_FOUND", "FORBIDDEN", "UNAUTHENTICATED", "INVALID_PARAMS", "METHOD_NOT_FOUND", "VALIDATION_FAILED"]);

export const shouldRetry = (failures: number, error: unknown): boolean => failures < 2 && !FINAL.has(codeOf(error));

/** In another language the same thing stays on screen until it has come; another thing does not stand in for it. */
const sameThing = <T>(previous: T | undefined, before: { queryKey: readonly unknown[] } | undefined, wanted: readonly unknown[]): T | undefined =>
  before && JSON.stringify(before.queryKey.slice(0, wanted.length)) === JSON.stringify(wanted) ? previous : undefined;

/** What the frame around the pages needs, in the reader's language. */
export const metadataQuery = (client: TorqueClient, locale: string) =>
  queryOptions({ queryKey: [...keys.metadata, locale], queryFn: ({ signal }) => client.call("getModelMetadata", { locale }, { signal }), placeholderData: keepPreviousData });

/** The question behind a page, for whoever wants to ask it before the page is drawn. */
export const pageQuery = (client: TorqueClient, pageId: string, locale: string) =>
  queryOptions<Page>({
    queryKey: [...keys.page(pageId), locale],
    queryFn: ({ signal }) => client.call("loadPage", { pageId, locale }, { signal }),
    placeholderData: (previous, before) => sameThing(previous, before, keys.page(pageId)),
  });

export function usePage(pageId: string): UseQueryResult<Page> {
  const { client } = useRuntime();
  return useQuery(pageQuery(client, pageId, useLocale()));
}

/** A form by its id, else the one of an entity. */
export function useFormDefinition(ref: { formId?: string | null; entityType?: string | null }): UseQueryResult<FormDefinition> {
  const { client } = useRuntime();
  const { formId, entityType } = ref;
  const locale = useLocale();
  const key = keys.form(formId ? `form:${formId}` : `entity:${entityType ?? ""}`);
  return useQuery<FormDefinition>({
    queryKey: [...key, locale],
    queryFn: ({ signal }) => client.call("getFormDefinition", { ...(formId ? { formId } : { entityType: entityType ?? "" }), locale }, { signal }),
    placeholderData: (previous, before) => sameThing(previous, before, key),
    enabled: Boolean(formId ?? entityType),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** A page of records; the one before stays on screen until the next has come. Nothing is asked until the question is known. */
export function useRecords(query: EntityQuery, known = true): UseQueryResult<TimedPage> {
  const { client, titles } = useRuntime();
  return useQuery({
    queryKey: keys.list(query),
    queryFn: async ({ signal }) => {
      const { result: answer, durationMs } = await client.timed("loadEntityData", query, { signal });
      titles.learnIncluded(answer.included);
      titles.learn(query.entityType, answer.data);
      return { ...answer, durationMs };
    },
    placeholderData: keepPreviousData,
    enabled: known,
  });
}

/** How many records there are under `query`, when that differs from what is shown. */
export function useCount(query: EntityQuery, enabled: boolean): number | null {
  const { client } = useRuntime();
  const { data } = useQuery({
    queryKey: keys.count(query),
    queryFn: async ({ signal }) => (await client.call("loadEntityData", query, { signal })).pagination.total,
    enabled,
  });
  return data ?? null;
}

/** A record as a list on screen has it: it stands in until it was asked for by itself. */
function listed(cache: QueryClient, entityType: string, id: string | null): SingleRecord | undefined {
  const lists = cache.getQueriesData<TimedPage>({ queryKey: keys.lists(entityType) });
  return lists.flatMap(([, page]) => page?.data ?? []).find((record) => record.id === id);
}

export function useRecord(entityType: string, id: string | null, expand: string[]): UseQueryResult<SingleRecord> {
  const { client, titles } = useRuntime();
  const cache = useQueryClient();
  return useQuery({
    queryKey: [...keys.record(entityType, id ?? ""), expand],
    queryFn: async ({ signal }) => {
      const record = await client.call("getEntity", { entityType, entityId: id ?? "", expand }, { signal });
      titles.learnIncluded(record.included);
      titles.learn(entityType, [record]);
      return record;
    },
    placeholderData: () => listed(cache, entityType, id),
    enabled: id !== null,
  });
}
