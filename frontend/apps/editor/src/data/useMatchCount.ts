import type { TorqueClient } from "@torque/client";
import type { Filters } from "@torque/protocol";
import { useEffect, useState } from "react";

/** How many records match; undefined until the server said so, or when nothing is asked. */
export function useMatchCount(client: TorqueClient, entityType: string, asked: { filters: Filters; search: string } | null): number | undefined {
  const question = asked && JSON.stringify(asked);
  const [answer, setAnswer] = useState<{ to: string; total: number }>();
  useEffect(() => {
    if (question === null) return undefined;
    let current = true;
    const { filters, search } = JSON.parse(question) as { filters: Filters; search: string };
    client.call("loadEntityData", { entityType, limit: 1, filters, ...(search ? { search } : {}) }).then(
      ({ pagination }) => { if (current) setAnswer({ to: question, total: pagination.total }); },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [client, entityType, question]);
  return answer && answer.to === question ? answer.total : undefined;
}
