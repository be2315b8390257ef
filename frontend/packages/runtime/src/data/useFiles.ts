import type { FileAccess, FileValue } from "@torque/ui";
import type { EntityRecord } from "@torque/protocol";
import { useMemo } from "react";
import { useRuntime } from "../context";

/** Files of the records of one entity, over REST with the session of the page. */
export function useFiles(entityType: string, record: EntityRecord | null | undefined): FileAccess {
  const { metadata } = useRuntime();
  return useMemo(() => {
    const base = `/api/v1/apps/${metadata.appId}/entities/${entityType}`;
    return {
      upload: (field, file) => upload(`${base}/files/${field}?name=${encodeURIComponent(file.name)}`, file),
      urlOf: (field, { id }, width) => (record && holds(record[field], id) ? `${base}/${record.id}/files/${id}${width ? `?width=${width}` : ""}` : null),
    };
  }, [metadata.appId, entityType, record]);
}

function holds(value: unknown, id: string): boolean {
  if (Array.isArray(value)) return value.some((one) => holds(one, id));
  return typeof value === "object" && value !== null && "id" in value && value.id === id;
}

async function upload(url: string, file: File): Promise<FileValue> {
  const answer = await fetch(url, { method: "POST", body: file, credentials: "same-origin" });
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body as FileValue;
  const { error } = (body ?? {}) as { error?: { message?: string } };
  throw new Error(error?.message ?? "");
}
