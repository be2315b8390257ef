import { useDebouncedValue } from "@mantine/hooks";
import type { Change, Finding } from "@torque/model";
import { useEffect, useState } from "react";
import { messageOf } from "../api/errors";
import type { StoredEffect } from "../api/types";
import { useOpenModel, useSession } from "../model/ModelProvider";
import { useServices } from "../services";
import { tryChanges } from "./trial";

export type Effect =
  | { name: "refused"; message: string }
  | { name: "known"; findings: Finding[]; raised: Finding[]; solved: Finding[]; stored: StoredEffect[] };

/** What applying these changes would do to the model and its records: a trial on the server, once typing rests. */
export function useEffectOf(changes: readonly Change[]): Effect | undefined {
  const { client } = useServices();
  const { id } = useOpenModel();
  const revision = useSession("revision");
  const [wanted] = useDebouncedValue(JSON.stringify(changes), 300);
  const [effect, setEffect] = useState<{ of: string; effect: Effect }>();
  useEffect(() => {
    const sent = JSON.parse(wanted) as Change[];
    if (!sent.length) return undefined;
    let current = true;
    tryChanges(client, id, sent, revision)
      .then(({ findingsBefore: before, findingsAfter: after, effects: stored }) => {
        if (!current) return;
        const raised = after.filter((finding) => !before.some((known) => known.id === finding.id));
        const solved = before.filter((finding) => !after.some((known) => known.id === finding.id));
        setEffect({ of: wanted, effect: { name: "known", findings: after, raised, solved, stored } });
      })
      .catch((error: unknown) => {
        if (current) setEffect({ of: wanted, effect: { name: "refused", message: messageOf(error) } });
      });
    return () => {
      current = false;
    };
  }, [client, id, revision, wanted]);
  return changes.length && effect?.of === JSON.stringify(changes) ? effect.effect : undefined;
}
