/** The document session's road to the server. */
import type { ApolloClient } from "@apollo/client";
import { SaveConflict, type SessionMemory, type Stored, type Transport } from "@torque/model";
import { APPLY_CHANGES, MODEL_BY_REF } from "../api/documents";
import { codeOf, messageOf } from "../api/errors";
import type { Model } from "../api/types";

export function toStored({ revision, document, findings }: Model): Stored {
  return { revision, document, findings };
}

export async function loadModel(client: ApolloClient, ref: string): Promise<Model> {
  const { data } = await client.query({ query: MODEL_BY_REF, variables: { id: ref }, fetchPolicy: "no-cache" });
  if (!data) throw new Error(`No answer for model ${ref}`);
  return data.model;
}

/** Saves through `applyChanges` with the revision the changes were made on. */
export function modelTransport(client: ApolloClient, modelId: string): Transport {
  return {
    load: async () => toStored(await loadModel(client, modelId)),
    save: async (changes, { ifRevision, message }) => {
      try {
        const { data } = await client.mutate({
          mutation: APPLY_CHANGES,
          variables: { modelId, changes, ifRevision, message },
          fetchPolicy: "no-cache",
        });
        if (!data) throw new Error("The server did not answer");
        return toStored(data.applyChanges.model);
      } catch (error) {
        if (codeOf(error) === "CONFLICT") throw new SaveConflict(messageOf(error));
        throw error;
      }
    },
  };
}

/** Steps, and what could not be saved, survive a reload of this tab and its session. */
export function sessionMemory(modelId: string): SessionMemory {
  const key = `torque-editor-undo-${modelId}`;
  return {
    read: () => sessionStorage.getItem(key),
    write: (text) => {
      try {
        sessionStorage.setItem(key, text);
      } catch {
        sessionStorage.removeItem(key);
      }
    },
  };
}
