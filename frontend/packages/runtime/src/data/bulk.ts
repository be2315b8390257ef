/** Writes of several records at once, each by itself: what one refuses does not hold up the others. */
import { type CallOptions, RpcError, type TorqueClient, uniqueKey } from "@torque/client";
import type { BulkResult, EntityRecord, JsonObject } from "@torque/protocol";
import type { Written } from "./writes";

/** What was refused, and the first reason. */
export type Refused = { ids: readonly string[]; error: unknown };

function refusedOf({ results }: BulkResult, ids: readonly string[]): Refused | null {
  const failed = results.flatMap((result, index) => (result.ok ? [] : [{ id: ids[index] ?? "", error: result.error }]));
  const [first] = failed;
  if (!first) return null;
  const { message, ...data } = first.error;
  return { ids: failed.map(({ id }) => id), error: new RpcError({ code: -32000, message, data }) };
}

export async function deleteRecords(client: TorqueClient, entityType: string, ids: readonly string[], options: CallOptions): Promise<Refused | null> {
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) {
    await client.call("deleteEntity", { entityId: only, ...(entityType ? { entityType } : {}) }, options);
    return null;
  }
  return refusedOf(await client.call("bulkDeleteEntities", { entityIds: [...ids], entityType, mode: "perRow", idempotencyKey: uniqueKey() }, options), ids);
}

export async function updateRecords(client: TorqueClient, entityType: string, ids: readonly string[], data: JsonObject): Promise<{ written: Written[]; refused: Refused | null }> {
  const records = ids.map((entityId) => ({ entityId, data }));
  const result = await client.call("bulkUpdateEntities", { records, entityType, mode: "perRow", idempotencyKey: uniqueKey() });
  return { written: result.results.flatMap((one) => (one.ok && one.record ? [one.record] : [])), refused: refusedOf(result, ids) };
}

/** Brings back what was deleted. What needs another of them that is not there yet is tried again, as long as that helps. */
export async function restoreRecords(client: TorqueClient, entityType: string, ids: readonly string[]): Promise<{ restored: EntityRecord[]; refused: Refused | null }> {
  const restored: EntityRecord[] = [];
  for (let left = ids; ; ) {
    const outcomes = await Promise.allSettled(left.map((entityId) => client.call("restoreEntity", { entityType, entityId })));
    const failed = outcomes.flatMap((outcome, at) => (outcome.status === "rejected" ? [{ id: left[at] ?? "", error: outcome.reason as unknown }] : []));
    restored.push(...outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])));
    const [first] = failed;
    if (!first) return { restored, refused: null };
    if (failed.length === left.length) return { restored, refused: { ids: left, error: first.error } };
    left = failed.map(({ id }) => id);
  }
}
