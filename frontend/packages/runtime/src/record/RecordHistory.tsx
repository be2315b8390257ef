import { codeOf } from "@torque/client";
import { EmptyState, ErrorPane, formatDateTime, HistoryList, icons, IconButton, Modal, showToast, Skeleton, useDelayed, useLocale } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { errorText, useMutations } from "../data/mutations";
import { useReferences } from "../data/useReferences";
import { historyItems } from "./history";
import classes from "./RecordForm.module.css";
import { useHistory } from "./useHistory";
import type { OpenRecord } from "./useOpenRecord";

const WIDTH = 640;
const ROWS_WHILE_LOADING = 3;

/** Opens what happened to the open record, where that is kept. */
export function HistoryButton({ open: { entityType, id, ready } }: { open: OpenRecord }) {
  const { t } = useTranslation("runtime");
  const { metadata, address } = useRuntime();
  if (!id || !ready || !metadata.entities.find(({ name }) => name === entityType)?.history) return null;
  return (
    <IconButton label={t("history.open")} onClick={() => address.set({ history: "1" })}>
      <icons.IconHistory aria-hidden />
    </IconButton>
  );
}

/** What happened to the open record, over its form, which keeps what was typed. */
export function RecordHistory({ open }: { open: OpenRecord }) {
  const { t } = useTranslation("runtime");
  const { id, ready, entityType, history, close, detail } = open;
  return (
    <Modal opened={history && id !== null && ready !== null} onClose={close} title={t("history.title", { title: detail ?? "" })} width={WIDTH}>
      {id && ready && <Entries entityType={entityType} id={id} open={open} />}
    </Modal>
  );
}

function Entries({ entityType, id, open }: { entityType: string; id: string; open: OpenRecord }) {
  const { t } = useTranslation("runtime");
  const ui = useTranslation("ui");
  const locale = useLocale();
  const mutations = useMutations();
  const { titleOf } = useReferences();
  const { data, fields, error, refetch } = useHistory(entityType, id, open.ready);
  const late = useDelayed(!data);
  const [restoring, setRestoring] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const restore = async (at: string): Promise<void> => {
    setRestoring(at);
    setProblem(null);
    try {
      await mutations.restore(entityType, id, at);
      open.close();
      showToast({ id: `restore-${id}`, message: t("history.restored", { time: formatDateTime(at, locale) }) });
    } catch (failure) {
      setProblem(failure);
    }
    setRestoring(null);
  };
  if (error && !data) return <ErrorPane message={errorText(error, t("error.offline"), t("error.unknown"))} code={codeOf(error)} onRetry={() => void refetch()} />;
  if (!data)
    return (
      <div className={classes.loading} aria-busy>
        {late && Array.from({ length: ROWS_WHILE_LOADING }, (_, row) => <Skeleton key={row} className={classes.field} />)}
      </div>
    );
  const words = {
    yes: ui.t("yes"),
    no: ui.t("no"),
    somebody: t("history.somebody"),
    what: { create: t("history.action.create"), update: t("history.action.update"), delete: t("history.action.delete"), undelete: t("history.action.undelete"), link: t("history.action.link"), read: t("history.action.read") },
  };
  const items = historyItems(data, { fields, locale, words, titleOf });
  return (
    <>
      {problem !== null && <ErrorPane message={errorText(problem, t("error.offline"), t("error.unknown"))} code={codeOf(problem)} />}
      {items.length === 0 ? <EmptyState title={t("history.empty")} description={t("history.emptyText")} /> : <HistoryList items={items} restoring={restoring} onRestore={(at) => void restore(at)} />}
    </>
  );
}
