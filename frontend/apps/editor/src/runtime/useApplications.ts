import { useQuery } from "@apollo/client/react";
import { APPLICATIONS } from "../api/documents";
import type { Application } from "../api/types";
import { useOpenModel } from "../model/ModelProvider";

export type Running = { applications: readonly Application[] | undefined; error: unknown; reload: () => void };

/** The running applications of the open model. */
export function useRunning(): Running {
  const { id } = useOpenModel();
  const { data, error, refetch } = useQuery(APPLICATIONS, { variables: { modelId: id } });
  return { applications: data?.applications.filter((application) => application.status === "running"), error, reload: () => void refetch() };
}
