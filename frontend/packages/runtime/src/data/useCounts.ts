import type { TorqueClient } from "@torque/client";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "./keys";

/** Events of one burst lead to one reading: how many there are is no urgent news. */
const GATHER_MS = 500;

const allOf = (entityType: string) => ({ entityType, page: 0, limit: 1, filters: {} });

/** How many records there are of each of these entities, kept up to date; one that is not known yet is missing. */
export function useCounts(client: TorqueClient, entityTypes: readonly string[]): ReadonlyMap<string, number> {
  const cache = useQueryClient();
  const answers = useQueries({
    queries: entityTypes.map((entityType) => ({
      queryKey: keys.count(allOf(entityType)),
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await client.call("loadEntityData", allOf(entityType), { signal })).pagination.total,
    })),
  });
  const topics = entityTypes.map((entityType) => `entity:${entityType}`).join(" ");
  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const leave = topics.split(" ").filter(Boolean).map((topic) =>
      client.subscribe([topic], () => {
        clearTimeout(timers.get(topic));
        timers.set(topic, setTimeout(() => void cache.invalidateQueries({ queryKey: keys.counts(topic.replace("entity:", "")) }), GATHER_MS));
      }),
    );
    return () => {
      leave.forEach((one) => one());
      timers.forEach((timer) => clearTimeout(timer));
    };
  }, [client, cache, topics]);
  return new Map(entityTypes.flatMap((entityType, index) => (answers[index]?.data === undefined ? [] : [[entityType, answers[index].data]])));
}
