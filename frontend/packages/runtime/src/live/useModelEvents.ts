import type { LiveEvent, ModelEventData } from "@torque/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { TorqueClient } from "@torque/client";
import { keys } from "../data/keys";

const isModelEvent = (data: unknown): data is ModelEventData => typeof data === "object" && data !== null && "pages" in data;

/** Follows the model: what a change touched is read again in place, so typing, scroll and dialogs stay. */
export function useModelEvents(client: TorqueClient): void {
  const cache = useQueryClient();
  useEffect(() => {
    const hear = ({ kind, data }: LiveEvent): void => {
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
