import type { FileField } from "@torque/protocol";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useRuntime } from "../context";
import { keys } from "../data/keys";

/** The fields that files of an entity may hold. */
export function useFileFields(entityType: string): UseQueryResult<FileField[]> {
  const { client } = useRuntime();
  return useQuery({
    queryKey: keys.fileFields(entityType),
    queryFn: async ({ signal }) => {
      const answer = await client.request(`entities/${entityType}/fields`, { signal });
      return ((await answer.json()) as { fields: FileField[] }).fields;
    },
  });
}
