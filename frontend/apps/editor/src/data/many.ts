/** Work on more records than one request takes: in batches, told as it goes, stopped between two of them. */
import { uniqueKey, type TorqueClient } from "@torque/client";
import type { EntityQuery, Filters } from "@torque/protocol";

/** Records of each entity that one request makes; small enough that progress is seen. */
const MADE_AT_ONCE = 250;
/** Records that one request deletes. */
const DELETED_AT_ONCE = 500;

export type Progress = { done: number; of: number };

export type MakeWish = { count: number; entities: number; signal: AbortSignal; onProgress: (progress: Progress) => void };

/** Makes records batch by batch; numbers go on from what is there. Returns how many were made. */
export async function makeRecords({ count, entities, signal, onProgress }: MakeWish, make: (count: number) => Promise<number>): Promise<number> {
  let made = 0;
  for (let left = count; left > 0 && !signal.aborted; left -= MADE_AT_ONCE) {
    made += await make(Math.min(left, MADE_AT_ONCE));
    onProgress({ done: made, of: count * entities });
  }
  return made;
}

export type DeleteWish = { entityType: string; filters: Filters; search: string; of: number; signal: AbortSignal; onProgress: (progress: Progress) => void };
export type Deleted = { deleted: number; /** Records that others hold, and what was said of the first. */ refused: number; reason: string };

/** Once through all that match; a record that others refer to stays. */
async function pass(client: TorqueClient, { entityType, filters, search, of, signal, onProgress }: DeleteWish, before: number): Promise<Deleted> {
  const result: Deleted = { deleted: 0, refused: 0, reason: "" };
  let cursor: string | null = null;
  do {
    const asked: EntityQuery = { entityType, filters, limit: DELETED_AT_ONCE, fields: ["id"], sortBy: "id", ...(search ? { search } : {}), ...(cursor ? { cursor } : {}) };
    const { data, pagination } = await client.call("loadEntityData", asked);
    if (data.length === 0 || signal.aborted) break;
    const { results, succeeded, failed } = await client.call("bulkDeleteEntities", { entityType, entityIds: data.map(({ id }) => id), mode: "perRow", idempotencyKey: uniqueKey() });
    result.deleted += succeeded;
    result.refused += failed;
    for (const one of results) if (!one.ok) result.reason ||= one.error.message;
    onProgress({ done: before + result.deleted, of });
    cursor = pagination.nextCursor ?? null;
  } while (cursor !== null && !signal.aborted);
  return result;
}

/** Deletes all records that match. Records of one type may hold each other, so it goes through them until nothing more goes. */
export async function deleteRecords(client: TorqueClient, wish: DeleteWish): Promise<Deleted> {
  let deleted = 0;
  for (;;) {
    const round = await pass(client, wish, deleted);
    deleted += round.deleted;
    if (round.refused === 0 || round.deleted === 0 || wish.signal.aborted) return { ...round, deleted };
  }
}
