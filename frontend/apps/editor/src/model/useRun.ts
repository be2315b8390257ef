import { showToast } from "@torque/ui";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { RUN } from "../api/documents";
import { messageOf } from "../api/errors";
import { useServices } from "../services";
import { useOpenModel } from "./ModelProvider";

export type Run = { busy: boolean; start: () => void };

/** Runs the model: its first application, or a new one, in a tab of its own. */
export function useRun(): Run {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const { id, session } = useOpenModel();
  const [busy, setBusy] = useState(false);
  const start = useCallback(() => {
    const tab = window.open("about:blank", `torque-run-${id}`);
    setBusy(true);
    session
      .settled()
      .then(() => client.mutate({ mutation: RUN, variables: { modelId: id }, refetchQueries: ["Applications"] }))
      .then(({ data }) => {
        const url = data?.runTorqueApp.url;
        if (!url) return;
        if (tab) tab.location.href = url;
        else showToast({ message: t("run.blocked"), action: { label: t("run.open"), run: () => window.open(url) } });
      })
      .catch((error: unknown) => {
        tab?.close();
        showToast({ message: t("run.failed", { why: messageOf(error) }), kind: "error" });
      })
      .finally(() => {
        setBusy(false);
      });
  }, [client, id, session, t]);
  return { busy, start };
}
