import { useQuery } from "@apollo/client/react";
import { showToast } from "@torque/ui";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { RESTORE_REVISION, REVISIONS } from "../api/documents";
import { messageOf } from "../api/errors";
import type { ModelRevision } from "../api/types";
import { useOpenModel, useSessionState } from "../model/ModelProvider";
import { toStored } from "../model/transport";
import { useServices } from "../services";

export type Revisions = {
  revisions: readonly ModelRevision[] | undefined;
  error: unknown;
  reload: () => void;
  /** The revision that is being restored. */
  restoring: number | undefined;
  restore: (revision: number) => void;
};

/** The revisions of the open model, newest first, read again with every save. */
export function useRevisions(): Revisions {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const { id, session } = useOpenModel();
  const { revision } = useSessionState();
  const [restoring, setRestoring] = useState<number>();
  const { data, error, refetch } = useQuery(REVISIONS, { variables: { modelId: id } });
  const newest = data?.modelRevisions[0]?.revision;
  useEffect(() => {
    if (newest !== undefined && newest < revision) void refetch();
  }, [newest, revision, refetch]);

  const restore = useCallback(
    (wanted: number) => {
      setRestoring(wanted);
      session
        .settled()
        .then(() => client.mutate({ mutation: RESTORE_REVISION, variables: { modelId: id, revision: wanted }, fetchPolicy: "no-cache" }))
        .then(({ data: answer }) => {
          if (answer) session.replaceStored(toStored(answer.restoreModelRevision.model));
        })
        .catch((failure: unknown) => {
          showToast({ message: t("history.notRestored", { why: messageOf(failure) }), kind: "error" });
        })
        .finally(() => {
          setRestoring(undefined);
        });
    },
    [client, id, session, t],
  );
  return { revisions: data?.modelRevisions, error, reload: () => void refetch(), restoring, restore };
}
