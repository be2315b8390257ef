import type { ApolloClient } from "@apollo/client";
import { useQuery } from "@apollo/client/react";
import type { DocumentSession } from "@torque/model";
import { showToast } from "@torque/ui";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { PREVIEW_RESTORE, RESTORE_REVISION, REVISIONS } from "../api/documents";
import { messageOf } from "../api/errors";
import type { ModelRevision, StoredEffect } from "../api/types";
import { useOpenModel, useSession } from "../model/ModelProvider";
import { toStored } from "../model/transport";
import { useServices } from "../services";

export type Revisions = {
  revisions: readonly ModelRevision[] | undefined;
  error: unknown;
  reload: () => void;
  /** The revision that is being restored. */
  restoring: number | undefined;
  restore: (revision: number) => void;
  /** What restoring would do to stored records: the reader decides. */
  asked: { revision: number; effects: StoredEffect[] } | undefined;
  answer: (yes: boolean) => void;
};

type Place = { client: ApolloClient; id: string; session: DocumentSession; t: (key: string, values?: Record<string, unknown>) => string };

/** Saves the state of a revision as the newest, and offers to take that back. */
async function restoreRevision(place: Place, wanted: number): Promise<void> {
  const { client, id, session, t } = place;
  try {
    await session.settled();
    const before = session.getState().revision;
    const { data } = await client.mutate({ mutation: RESTORE_REVISION, variables: { modelId: id, revision: wanted }, fetchPolicy: "no-cache" });
    if (!data) return;
    session.replaceStored(toStored(data.restoreModelRevision.model));
    if (data.restoreModelRevision.revision === before) return;
    showToast({ message: t("history.restored", { revision: wanted }), action: { label: t("steps.undo"), run: () => void restoreRevision(place, before) } });
  } catch (failure) {
    showToast({ message: t("history.notRestored", { why: messageOf(failure) }), kind: "error" });
  }
}

/** The revisions of the open model, newest first, read again with every save. */
export function useRevisions(): Revisions {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const { id, session } = useOpenModel();
  const revision = useSession("revision");
  const [restoring, setRestoring] = useState<number>();
  const [asked, setAsked] = useState<Revisions["asked"]>();
  const { data, error, refetch } = useQuery(REVISIONS, { variables: { modelId: id } });
  const newest = data?.modelRevisions[0]?.revision;
  useEffect(() => {
    if (newest !== undefined && newest < revision) void refetch();
  }, [newest, revision, refetch]);

  const restore = useCallback(
    (wanted: number): Promise<void> => {
      setRestoring(wanted);
      return restoreRevision({ client, id, session, t }, wanted).finally(() => {
        setRestoring(undefined);
      });
    },
    [client, id, session, t],
  );
  /** Restores at once, unless that hides values of stored records or breaks them: then it asks. */
  const ask = useCallback(
    (wanted: number) => {
      setRestoring(wanted);
      session
        .settled()
        .then(() => client.mutate({ mutation: PREVIEW_RESTORE, variables: { modelId: id, revision: wanted }, fetchPolicy: "no-cache" }))
        .then(({ data: answer }) => {
          const effects = answer?.restoreModelRevision.effects ?? [];
          if (!effects.length) return restore(wanted);
          setRestoring(undefined);
          setAsked({ revision: wanted, effects });
          return undefined;
        })
        .catch((failure: unknown) => {
          setRestoring(undefined);
          showToast({ message: t("history.notRestored", { why: messageOf(failure) }), kind: "error" });
        });
    },
    [client, id, restore, session, t],
  );
  const answer = useCallback(
    (yes: boolean) => {
      setAsked(undefined);
      if (yes && asked) void restore(asked.revision);
    },
    [asked, restore],
  );
  return { revisions: data?.modelRevisions, error, reload: () => void refetch(), restoring, restore: ask, asked, answer };
}
