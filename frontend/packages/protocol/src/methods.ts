/** Which parameters each method takes and what it answers: the client's `call` is typed by this table. */
import type { ApplicationSummary, Capabilities, Execution, ModelMetadata } from "./application";
import type { AggregateAnswer, AggregateQuery, BulkMode, BulkResult, DeletedPage, DeletedQuery, DeleteResult, EntityPage, EntityQuery, EntityRecord, HistoryEntry, SingleRecord } from "./data";
import type { FormDefinition } from "./form";
import type { SubscribeResult } from "./live";
import type { Page } from "./page";
import type { JsonObject } from "./rpc";

/** The reader's language: labels come in it where the model has it. */
type Read = { locale?: string };
type Write = { idempotencyKey?: string };

export type Methods = {
  loadPage: { params: { pageId?: string; params?: JsonObject } & Read; result: Page };
  loadEntityData: { params: EntityQuery; result: EntityPage };
  queryEntities: { params: AggregateQuery; result: AggregateAnswer };
  getEntity: { params: { entityType?: string; entityId: string; expand?: string[]; minVersion?: number }; result: SingleRecord };
  getEntityHistory: { params: { entityType?: string; entityId: string; limit?: number }; result: { entries: HistoryEntry[] } };
  loadDeletedEntities: { params: DeletedQuery; result: DeletedPage };
  /** `asOf` with the moment of an entry is the state it led to. */
  restoreEntity: { params: { entityType?: string; entityId: string; asOf?: string; /** Brings back what went along, too. */ withDependants?: boolean } & Write; result: EntityRecord };
  createEntity: { params: { entityType: string; data: JsonObject } & Write; result: EntityRecord };
  updateEntity: {
    params: { entityType?: string; entityId: string; data: JsonObject; replace?: boolean; ifVersion?: number } & Write;
    result: EntityRecord;
  };
  deleteEntity: { params: { entityType?: string; entityId: string; ifVersion?: number } & Write; result: DeleteResult };
  bulkUpdateEntities: {
    params: { entityType?: string; records: { entityId: string; data: JsonObject; ifVersion?: number }[]; mode?: BulkMode } & Write;
    result: BulkResult;
  };
  bulkDeleteEntities: { params: { entityType?: string; entityIds: string[]; mode?: BulkMode } & Write; result: BulkResult };
  getFormDefinition: { params: { formId?: string; entityType?: string } & Read; result: FormDefinition };
  getModelMetadata: { params: Read; result: ModelMetadata };
  getCapabilities: { params: Record<string, never>; result: Capabilities };
  ping: { params: Record<string, never>; result: { pong: true; time: string } };
  listApplications: { params: Record<string, never>; result: { applications: ApplicationSummary[] } };
  executeXFlow: { params: { xflowId: string; input?: JsonObject } & Write; result: Execution };
  subscribe: { params: { topics: string[]; since?: string }; result: SubscribeResult };
  unsubscribe: { params: { topics: string[] }; result: { unsubscribed: string[] } };
};

export type MethodName = keyof Methods;
export type MethodParams<M extends MethodName> = Methods[M]["params"];
export type MethodResult<M extends MethodName> = Methods[M]["result"];
