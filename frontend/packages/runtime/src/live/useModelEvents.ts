import type { LiveEvent, ModelEventData, StandingData } from "@torque/protocol";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { TorqueClient } from "@torque/client";
import { keys } from "../data/keys";

const isModelEvent = (data: unknown): data is ModelEventData => typeof data === "object" && data !== null && "pages" in data;

/** The revision an answer was drawn from; undefined where it does not say. */
function revisionOf(data: unknown): number | undefined {
  const { modelVersion, meta } = (data ?? {}) as { modelVersion?: number; meta?: { modelVersion?: number } };
  return modelVersion ?? meta?.modelVersion;
}

/** Reads everything again when something on screen, or on its way there, was drawn from another revision. */
async function catchUp(cache: QueryClient, revision: number): Promise<void> {
  const drawn = [keys.metadata, keys.pages].flatMap((queryKey) => cache.getQueryCache().findAll({ queryKey }));
  await Promise.allSettled(drawn.map(({ promise }) => promise));
  const revisions = drawn.map(({ state }) => revisionOf(state.data)).filter((one) => one !== undefined);
  if (revisions.some((one) => one !== revision)) await cache.invalidateQueries();
}

/** Follows the model: what a change touched is read again in place, so typing, scroll and dialogs stay. */
export function useModelEvents(client: TorqueClient): void {
  const cache = useQueryClient();
  useEffect(() => {
    const hear = ({ kind, data }: LiveEvent): void => {
      if (kind === "standing") {
        void catchUp(cache, (data as StandingData).revision);
        return;
      }
      if (kind === "resync" || !isModelEvent(data)) {
        void cache.invalidateQueries();
        return;
      }
      void cache.invalidateQueries({ queryKey: keys.metadata });
      void cache.invalidateQueries({ queryKey: keys.forms });
      data.pages.forEach((pageId) => void cache.invalidateQueries({ queryKey: keys.page(pageId) }));
      data.entities.forEach((entity) => void cache.invalidateQueries({ queryKey: keys.records(entity) }));
    };
    return client.subscribe(["model"], hear);
  }, [client, cache]);
}
