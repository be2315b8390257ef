import type { EntityRecord, FormDefinition, JsonObject } from "@torque/protocol";
import type { FormValues, SubmitOutcome } from "@torque/ui";
import { useEffect } from "react";
import { useRuntime } from "../context";
import { useMutations, useOutcome } from "../data/mutations";
import { useRecord } from "../data/queries";

export type RecordForm = {
  record: EntityRecord | null;
  failure: Error | null;
  submit: (values: FormValues) => Promise<SubmitOutcome>;
};

/** The record behind a form: read with its references, followed while the form is open, and saved by its version. */
export function useRecordForm(definition: FormDefinition | undefined, id: string | null): RecordForm {
  const { client } = useRuntime();
  const { create, update } = useMutations();
  const outcome = useOutcome();
  const entityType = definition?.entity_type ?? "";
  const expand = (definition?.fields ?? []).filter(({ field_type: type, multiple }) => type === "ReferenceSelect" && !multiple).map(({ name }) => name);
  const { data, error, refetch } = useRecord(entityType, definition ? id : null, expand);
  useEffect(() => {
    if (!id || !entityType) return undefined;
    return client.subscribe([`entity:${entityType}/${id}`], ({ kind }) => kind !== "deleted" && void refetch());
  }, [client, entityType, id, refetch]);
  const submit = (values: FormValues): Promise<SubmitOutcome> => {
    const action = definition?.submit_action;
    const save = (): Promise<unknown> => {
      if (typeof action === "object") return client.call("executeXFlow", { xflowId: action.Custom.xflow_id, input: { ...(data ?? {}), ...values } as JsonObject });
      return id ? update(entityType, id, values, data?.version) : create(entityType, values);
    };
    return outcome(save, () => void refetch());
  };
  return { record: data ?? null, failure: data ? null : error, submit };
}
