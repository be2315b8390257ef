/** Records, queries and their answers. */
import type { Json, JsonObject } from "./rpc";

/** A record on the wire is flat: its own five members and the fields of its entity. */
export type EntityRecord = {
  id: string;
  created_at?: string;
  updated_at?: string;
  entity_type?: string;
  version?: number;
} & { [field: string]: Json | undefined };

/** Titles and fields of records that rows refer to: entity name → id → record. */
export type Included = { [entity: string]: { [id: string]: EntityRecord } };

export type FilterOperator = "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "between" | "in" | "nin" | "contains" | "starts_with" | "ends_with" | "is_null";
export type FilterValue = Json | { [operator: string]: Json };
export type Filters = { and?: Filters[]; or?: Filters[]; not?: Filters } & { [field: string]: FilterValue | Filters | Filters[] | undefined };
export type SortOrder = "asc" | "desc";

export type EntityQuery = {
  entityType: string;
  page?: number;
  limit?: number;
  cursor?: string;
  sortBy?: string | { field: string; order: SortOrder }[];
  sortOrder?: SortOrder;
  filters?: Filters;
  search?: string;
  expand?: string[];
  fields?: string[];
};

export type Metric = { op: "count" } | { op: "sum" | "avg" | "min" | "max"; field: string; as?: string };

/** Figures about the records that match; with `groupBy` one row for each group. */
export type AggregateQuery = Pick<EntityQuery, "entityType" | "filters" | "search" | "limit"> & { aggregate: { groupBy?: string[]; metrics: Metric[] } };
export type AggregateAnswer = { data: { [member: string]: Json }[]; meta: { entityType: string; more: boolean } };

/** One thing that happened to a record; `old` and `new` hold what changed, null where there is nothing of it to be seen. */
export type HistoryEntry = {
  at: string;
  action: "create" | "update" | "delete" | "undelete" | "link" | "read";
  actor: string;
  protocol: string;
  old: JsonObject | null;
  new: JsonObject | null;
};

/** How a record was deleted. `root`: the record whose deletion took it along; `dependants`: how many others, of any type, went along with it. */
export type DeletionEntry = { at: string; actor: string; protocol: string; root: string | null; dependants: number };
export type DeletedQuery = { entityType: string; limit?: number; cursor?: string | null };
/** Deleted records as they were last, the newest deletion first. A page may be short, or empty, although more follow. */
export type DeletedPage = {
  data: EntityRecord[];
  deletions: { [id: string]: DeletionEntry };
  pagination: { limit: number; nextCursor: string | null };
  meta: { entityType: string; /** Where the log begins, if it was cut. */ since: string | null };
};

export type Pagination = {
  page: number;
  limit: number;
  total: number;
  totalPages: number;
  totalIsEstimate?: boolean;
  nextCursor?: string | null;
  prevCursor?: string | null;
};

export type EntityPage = {
  data: EntityRecord[];
  included?: Included | null;
  pagination: Pagination;
  meta: { entityType: string; sortBy: string | null; sortOrder: SortOrder | null };
};

export type SingleRecord = EntityRecord & { included?: Included };
/** One member per row of a write of many, in their order. */
export type BulkRow = { ok: true; record?: EntityRecord } | { ok: false; error: { code: string; message: string; [detail: string]: Json } };
export type BulkResult = { results: BulkRow[]; succeeded: number; failed: number };
export type BulkMode = "atomic" | "perRow";
export type DeleteResult = { id: string; deleted: boolean; job: string | null };
