/** Trials: what changes would do, asked of the server before they are made. */
import type { ApolloClient } from "@apollo/client";
import type { Change } from "@torque/model";
import { PREVIEW_CHANGES } from "../api/documents";
import type { Trial } from "../api/types";

export async function tryChanges(client: ApolloClient, modelId: string, changes: readonly Change[], ifRevision: number): Promise<Trial> {
  const { data } = await client.mutate({ mutation: PREVIEW_CHANGES, variables: { modelId, changes, ifRevision }, fetchPolicy: "no-cache" });
  if (!data) throw new Error("The server did not answer");
  return data.applyChanges;
}
