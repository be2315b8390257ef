import { codeOf, isConnectionLost, uniqueKey } from "@torque/client";
import type { EntityRecord, FormDefinition, JsonObject } from "@torque/protocol";
import type { FormValues, SubmitOutcome } from "@torque/ui";
import { useEffect, useRef } from "react";
import { useRuntime } from "../context";
import { useMutations, useOutcome } from "../data/mutations";
import { useRecord } from "../data/queries";
import { overlaps } from "./overlaps";

/** How often a save begins anew because somebody else was faster with other fields. */
const MOST_ROUNDS = 5;

export type RecordForm = {
  record: EntityRecord | null;
  failure: Error | null;
  /** Somebody else deleted it while it was open. */
  gone: boolean;
  submit: (values: FormValues) => Promise<SubmitOutcome>;
};

/** Creates a record under a name that is kept while nobody knows whether it arrived: tried again, it is not made twice. */
function useCreate(): (entityType: string, values: FormValues) => Promise<EntityRecord> {
  const { create } = useMutations();
  const unanswered = useRef<{ text: string; key: string } | null>(null);
  return async (entityType, values) => {
    const text = JSON.stringify([entityType, values]);
    const key = unanswered.current?.text === text ? unanswered.current.key : uniqueKey();
    unanswered.current = null;
    try {
      return await create(entityType, values, key);
    } catch (problem) {
      if (isConnectionLost(problem)) unanswered.current = { text, key };
      throw problem;
    }
  };
}

/** The record behind a form: read with its references, followed while the form is open, and saved by its version. */
export function useRecordForm(definition: FormDefinition | undefined, id: string | null): RecordForm {
  const { client } = useRuntime();
  const { update } = useMutations();
  const create = useCreate();
  const outcome = useOutcome();
  const entityType = definition?.entity_type ?? "";
  const expand = (definition?.fields ?? []).filter(({ field_type: type, multiple }) => type === "ReferenceSelect" && !multiple).map(({ name }) => name);
  const { data, error, refetch } = useRecord(entityType, definition ? id : null, expand);
  useEffect(() => {
    if (!id || !entityType) return undefined;
    return client.subscribe([`entity:${entityType}/${id}`], () => void refetch());
  }, [client, entityType, id, refetch]);
  /** Saves on top of `base`; what others did to other fields meanwhile stands beside it. */
  const saveOver = async (record: string, values: FormValues, base: EntityRecord | undefined, rounds = MOST_ROUNDS): Promise<EntityRecord> => {
    try {
      return await update(entityType, record, values, base?.version);
    } catch (problem) {
      if (codeOf(problem) !== "CONFLICT" || rounds === 0) throw problem;
      const { data: current } = await refetch();
      if (!base || !current || overlaps(values, base, current)) throw problem;
      return saveOver(record, values, current, rounds - 1);
    }
  };
  const submit = (values: FormValues): Promise<SubmitOutcome> => {
    const action = definition?.submit_action;
    const save = (): Promise<unknown> => {
      if (typeof action === "object") return client.call("executeXFlow", { xflowId: action.Custom.xflow_id, input: { ...(data ?? {}), ...values } as JsonObject });
      return id ? saveOver(id, values, data) : create(entityType, values);
    };
    return outcome(save, id !== null && typeof action !== "object");
  };
  return { record: data ?? null, failure: data ? null : error, gone: data !== undefined && error !== null && codeOf(error) === "NOT_FOUND", submit };
}
