/** Keys of the query cache; what a live event invalidates is found by their beginnings. */
import type { AggregateQuery, EntityQuery } from "@torque/protocol";

export const keys = {
  metadata: ["metadata"] as const,
  capabilities: ["capabilities"] as const,
  page: (pageId: string) => ["page", pageId] as const,
  pages: ["page"] as const,
  form: (ref: string) => ["form", ref] as const,
  forms: ["form"] as const,
  fileFields: (entityType: string) => ["form", "file", entityType] as const,
  records: (entityType: string) => ["records", entityType] as const,
  lists: (entityType: string) => ["records", entityType, "list"] as const,
  list: (query: EntityQuery) => ["records", query.entityType, "list", query] as const,
  counts: (entityType: string) => ["records", entityType, "count"] as const,
  count: (query: EntityQuery) => ["records", query.entityType, "count", query] as const,
  figures: (query: AggregateQuery) => ["records", query.entityType, "figures", query] as const,
  history: (entityType: string, id: string) => ["records", entityType, "history", id] as const,
  deleted: (entityType: string) => ["records", entityType, "deleted"] as const,
  record: (entityType: string, id: string) => ["records", entityType, "one", id] as const,
};
