import type { DraftPlace } from "@torque/ui";
import { useMemo } from "react";
import { useRuntime } from "../context";
import { draftPlace } from "./drafts";

/** Where this reader's draft of a form is kept. */
export function useDraftPlace(formId: string, id: string | null): DraftPlace {
  const { metadata, user } = useRuntime();
  const owner = user?.name ?? null;
  return useMemo(() => draftPlace(metadata.appId, owner, `${formId}/${id ?? "new"}`), [metadata.appId, owner, formId, id]);
}
