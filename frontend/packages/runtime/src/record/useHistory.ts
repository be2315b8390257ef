import type { FormDefinition, FormField, HistoryEntry } from "@torque/protocol";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useRuntime } from "../context";
import { keys } from "../data/keys";
import { useFormDefinition } from "../data/queries";
import { learnTitles } from "../data/titles";
import { mentioned } from "./history";

const MOST_ENTRIES = 200;

export type History = {
  data: readonly HistoryEntry[] | undefined;
  /** Fields by name, those of the open form first. */
  fields: ReadonlyMap<string, FormField>;
  error: Error | null;
  refetch: () => Promise<unknown>;
};

/** What happened to a record, with the titles of the records it speaks of. */
export function useHistory(entityType: string, id: string, form: FormDefinition | null): History {
  const { client, titles } = useRuntime();
  const whole = useFormDefinition({ entityType });
  const fields = useMemo(() => {
    const found = new Map<string, FormField>();
    for (const field of [...(form?.fields ?? []), ...(whole.data?.fields ?? [])]) if (!found.has(field.name)) found.set(field.name, field);
    return found;
  }, [form, whole.data]);
  const { data, error, refetch } = useQuery({
    queryKey: keys.history(entityType, id),
    queryFn: async ({ signal }) => {
      const { entries } = await client.call("getEntityHistory", { entityType, entityId: id, limit: MOST_ENTRIES }, { signal });
      await learnTitles(client, titles, mentioned(entries, fields), signal);
      return entries;
    },
    enabled: !whole.isPending,
  });
  return { data, fields, error, refetch };
}
