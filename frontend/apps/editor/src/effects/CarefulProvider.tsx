import type { Change, Finding } from "@torque/model";
import { createContext, useCallback, useContext, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StoredEffect } from "../api/types";
import { useCommit, useDocument, useOpenModel } from "../model/ModelProvider";
import { Confirm } from "../parts/Confirm";
import { useServices } from "../services";
import { StoredEffects } from "./StoredEffects";
import { tryChanges } from "./trial";
import type { Effect } from "./useEffectOf";

export type CarefulCommit = {
  changes: readonly Change[];
  message: string;
  /** Repeated by the button when it asks. */
  verb: string;
  /** What was shown already of the effect of exactly these changes: then nothing is asked. */
  shown?: Effect;
  /** Findings with which nothing is changed; the caller shows them where they belong. */
  refused?: (findings: readonly Finding[]) => boolean;
  /** Once the changes are made. */
  then: () => void;
};

type Careful = (commit: CarefulCommit) => void;
const Context = createContext<Careful | null>(null);

/** Makes changes; where they would hide values of stored records or break them, it says how many and asks first. */
export function CarefulProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const { id, session } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const [asked, setAsked] = useState<{ wanted: CarefulCommit; effects: StoredEffect[] }>();
  const make = useCallback(
    ({ changes, message, then }: CarefulCommit) => {
      if (commit(changes, message)) then();
    },
    [commit],
  );
  const careful = useCallback<Careful>(
    (wanted) => {
      if (!wanted.changes.length || wanted.shown?.name === "known") {
        make(wanted);
        return;
      }
      session
        .settled()
        .then(() => tryChanges(client, id, wanted.changes, session.getState().revision))
        .then(
          ({ effects, findingsAfter }) => {
            if (wanted.refused?.(findingsAfter)) return;
            if (effects.length) setAsked({ wanted, effects });
            else make(wanted);
          },
          // A trial that fails says nothing about the records; saving says for itself what is wrong.
          () => {
            make(wanted);
          },
        );
    },
    [client, id, make, session],
  );
  const close = useCallback(() => {
    setAsked(undefined);
  }, []);
  return (
    <Context value={careful}>
      {children}
      <Confirm
        opened={asked !== undefined}
        title={t("stored.title")}
        verb={asked?.wanted.verb ?? ""}
        onClose={close}
        onConfirm={() => {
          if (asked) make(asked.wanted);
          return Promise.resolve();
        }}
      >
        <StoredEffects effects={asked?.effects ?? []} document={document} />
        <p>{t("stored.kept")}</p>
      </Confirm>
    </Context>
  );
}

export function useCareful(): Careful {
  const careful = useContext(Context);
  if (!careful) throw new Error("CarefulProvider is missing");
  return careful;
}
