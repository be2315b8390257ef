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

/** Those of them that are there now. */
async function nowThere(client: TorqueClient, entityType: string, ids: readonly string[]): Promise<EntityRecord[]> {
  const answer = await client.call("loadEntityData", { entityType, limit: ids.length, filters: { id: { in: [...ids] } } }).catch(() => null);
  return answer?.data ?? [];
}

/**
 * Brings back what was deleted. What needs another of them that is not there yet is tried again, as long as that helps.
 * @param whole Whether what went along with a record comes back with it.
 */
export async function restoreRecords(client: TorqueClient, entityType: string, ids: readonly string[], whole: (id: string) => boolean): Promise<{ restored: EntityRecord[]; refused: Refused | null }> {
  const restored: EntityRecord[] = [];
  for (let left = ids; ; ) {
    const outcomes = await Promise.allSettled(left.map((entityId) => client.call("restoreEntity", { entityType, entityId, ...(whole(entityId) ? { withDependants: true } : {}) })));
    const failed = outcomes.flatMap((outcome, at) => (outcome.status === "rejected" ? [{ id: left[at] ?? "", error: outcome.reason as unknown }] : []));
    restored.push(...outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])));
    if (failed.length > 0 && failed.length < left.length) {
      left = failed.map(({ id }) => id);
      continue;
    }
    // One that came back with another, or by somebody else, is where it should be.
    const there = failed.length > 0 ? await nowThere(client, entityType, left) : [];
    const gone = failed.filter(({ id }) => there.every((record) => record.id !== id));
    restored.push(...there);
    const [first] = gone;
    return { restored, refused: first ? { ids: gone.map(({ id }) => id), error: first.error } : null };
  }
}
