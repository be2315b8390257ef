import { DocumentSession, type Change, type ModelDocument, type SessionState } from "@torque/model";
import { showToast } from "@torque/ui";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { codeOf } from "../api/errors";
import type { Model } from "../api/types";
import { useServices } from "../services";
import { loadModel, modelTransport, sessionMemory, toStored } from "./transport";
import { watchModel } from "./watch";

export type OpenModel = {
  id: string;
  /** Its name in addresses. */
  ref: string;
  session: DocumentSession;
  live: boolean;
  /** Somebody deleted it. */
  gone: boolean;
};

/** Failures of a save that say nothing of the change itself. */
const AWAY = new Set(["NETWORK", "UNAVAILABLE", "OVERLOADED"]);

const Context = createContext<OpenModel | null>(null);

/** One open model: its session, kept in step with what others save. */
export function ModelProvider({ model, children }: { model: Model; children: ReactNode }) {
  const { client } = useServices();
  const [live, setLive] = useState(true);
  const [gone, setGone] = useState(false);
  const [session] = useState(() => new DocumentSession(toStored(model), modelTransport(client, model.id), sessionMemory(model.id)));
  useEffect(() => {
    if (gone) return undefined;
    const failed = (error: unknown): void => {
      if (codeOf(error) === "NOT_FOUND") setGone(true);
    };
    return watchModel(client, model.id, {
      onChange: ({ revision }) => {
        session.remoteChanged(revision).catch(failed);
      },
      onEnded: () => {
        loadModel(client, model.id).catch(failed);
      },
      onLive: (now) => {
        setLive(now);
        const { save } = session.getState();
        // The server was away when it was asked: it is back.
        if (now && save.name === "failed" && AWAY.has(codeOf(save.error))) session.retry();
      },
    });
  }, [client, model.id, session, gone]);
  useEffect(() => {
    const guard = (event: BeforeUnloadEvent): void => {
      if (session.getState().unsaved) event.preventDefault();
    };
    window.addEventListener("beforeunload", guard);
    return () => {
      window.removeEventListener("beforeunload", guard);
    };
  }, [session]);
  const open = useMemo(() => ({ id: model.id, ref: model.name, session, live, gone }), [model.id, model.name, session, live, gone]);
  return <Context value={open}>{children}</Context>;
}

export function useOpenModel(): OpenModel {
  const open = useContext(Context);
  if (!open) throw new Error("ModelProvider is missing");
  return open;
}

/** One member of the session's state; only what reads it draws again when it changes. */
export function useSession<K extends keyof SessionState>(member: K): SessionState[K] {
  const { session } = useOpenModel();
  return useSyncExternalStore(session.subscribe, () => session.getState()[member]);
}

export function useDocument(): ModelDocument {
  return useSession("document");
}

export type Commit = (changes: readonly Change[], message: string) => boolean;

/** Makes changes; what does not fit is said in a toast and not done. */
export function useCommit(): Commit {
  const { session } = useOpenModel();
  return useCallback(
    (changes, message) => {
      try {
        session.commit(changes, message);
        return true;
      } catch (error) {
        showToast({ message: error instanceof Error ? error.message : String(error), kind: "error" });
        return false;
      }
    },
    [session],
  );
}

export type Steps = { canUndo: boolean; canRedo: boolean; undo: () => void; redo: () => void };

/** Undo and redo with their words. */
export function useSteps(): Steps {
  const { t } = useTranslation("editor");
  const { session } = useOpenModel();
  const undo = useSession("undo");
  const redo = useSession("redo");
  return useMemo(
    () => ({
      canUndo: undo.length > 0,
      canRedo: redo.length > 0,
      undo: () => {
        if (session.getState().undo.length && !session.undo((step) => t("steps.undid", { what: step.message }))) showToast({ message: t("steps.gone") });
      },
      redo: () => {
        if (session.getState().redo.length && !session.redo((step) => t("steps.redid", { what: step.message }))) showToast({ message: t("steps.gone") });
      },
    }),
    [undo, redo, session, t],
  );
}
