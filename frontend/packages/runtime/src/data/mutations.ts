/** Writes of this reader: each tells the cache what it touched. */
import { codeOf, RpcError, uniqueKey } from "@torque/client";
import type { EntityRecord, JsonObject } from "@torque/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { FormValues, SubmitOutcome } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { restoreRecords, type Refused, updateRecords } from "./bulk";
import { keys } from "./keys";

export type Mutations = {
  /** `key` names this creation: sent again under it, nothing is made twice. */
  create: (entityType: string, data: JsonObject, key?: string) => Promise<EntityRecord>;
  update: (entityType: string | undefined, id: string, data: JsonObject, ifVersion?: number) => Promise<EntityRecord>;
  /** Makes a record what it was at a moment. */
  restore: (entityType: string, id: string, asOf: string) => Promise<EntityRecord>;
  /** Brings back what was deleted, where `whole` says so with what went along; answers what was refused. */
  bringBack: (entityType: string, ids: readonly string[], whole: (id: string) => boolean) => Promise<Refused | null>;
  /** Changes several alike; answers what was refused. */
  updateAll: (entityType: string, ids: readonly string[], data: JsonObject) => Promise<Refused | null>;
};

export function useMutations(): Mutations {
  const { client, writes, titles, deletions } = useRuntime();
  const cache = useQueryClient();
  return useMemo(() => {
    const wrote = (record: EntityRecord, entityType: string | undefined): EntityRecord => {
      const type = record.entity_type ?? entityType;
      if (type) titles.learn(type, [record]);
      void cache.invalidateQueries({ queryKey: type ? keys.records(type) : ["records"] });
      return record;
    };
    const written = (record: EntityRecord): EntityRecord => record;
    return {
      create: async (entityType, data, key = uniqueKey()) => wrote(await writes.run(() => client.call("createEntity", { entityType, data, idempotencyKey: key }), written), entityType),
      update: async (entityType, id, data, ifVersion) => {
        const params = { entityId: id, data, ...(entityType ? { entityType } : {}), ...(ifVersion === undefined ? {} : { ifVersion }) };
        return wrote(await writes.run(() => client.call("updateEntity", params), written), entityType);
      },
      restore: async (entityType, id, asOf) => wrote(await writes.run(() => client.call("restoreEntity", { entityType, entityId: id, asOf }), written), entityType),
      bringBack: async (entityType, ids, whole) => {
        const { restored, refused } = await writes.run(() => restoreRecords(client, entityType, ids, whole), (outcome) => outcome.restored.map(written));
        titles.learn(entityType, restored);
        deletions.back(restored.map(({ id }) => id));
        // What came back may have brought links of other records along.
        void cache.invalidateQueries({ queryKey: ["records"] });
        return refused;
      },
      updateAll: async (entityType, ids, data) => {
        const { refused } = await writes.run(() => updateRecords(client, entityType, ids, data), ({ written: records }) => records);
        void cache.invalidateQueries({ queryKey: keys.records(entityType) });
        return refused;
      },
    };
  }, [client, writes, titles, deletions, cache]);
}

/** What a form is told about a write that failed. `follows`: the form shows the record as it is now, and so what clashes. */
export function useOutcome(): (write: () => Promise<unknown>, follows: boolean) => Promise<SubmitOutcome> {
  const { t } = useTranslation("runtime");
  return async (write, follows) => {
    try {
      await write();
      return { ok: true };
    } catch (error) {
      if (codeOf(error) === "CONFLICT" && follows) return { ok: false, errors: [], conflict: true };
      if (error instanceof RpcError && error.fieldErrors.length > 0) return { ok: false, errors: error.fieldErrors };
      return { ok: false, errors: [], message: errorText(error, t("error.offline"), t("error.unknown")) };
    }
  };
}

/** A sentence for any failure; of broken rules the first, which says more than that some are broken. */
export function errorText(error: unknown, offline: string, unknown: string): string {
  if (error instanceof RpcError) return error.fieldErrors[0]?.message ?? error.message;
  return codeOf(error) === "CONNECTION_LOST" ? offline : unknown;
}

export type { FormValues };
