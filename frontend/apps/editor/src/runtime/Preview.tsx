import { usePage, PageView } from "@torque/runtime";
import { codeOf } from "@torque/client";
import type { Page } from "@torque/protocol";
import { useComputedColorScheme } from "@mantine/core";
import { Button, ErrorPane } from "@torque/ui";
import { accentStyle } from "@torque/ui/appearance";
import { IconPlayerPlay } from "../icons";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "../model/ModelProvider";
import { useRun } from "../model/useRun";
import { Failure, LoadingRows } from "../parts/States";
import { AppRuntime } from "./AppRuntime";
import { useMemoryAddress } from "./addresses";
import { useRunning } from "./useApplications";
import classes from "./runtime.module.css";

export type PreviewProps = {
  /** What is drawn: a page of the application by its id, or one made here. */
  show: { pageId: string } | { page: Page };
  /** A button of the page leads elsewhere. */
  onPage: (pageId: string) => void;
  /** Beside the name of the application. */
  note?: ReactNode;
  /** Without the page's own heading. Default false. */
  bare?: boolean;
};

/** A page as the application draws it, with the records of the first running application. */
export function Preview({ show, onPage, note, bare = false }: PreviewProps) {
  const { t } = useTranslation("editor");
  const { applications, error, reload } = useRunning();
  const address = useMemoryAddress(onPage);
  const [application] = applications ?? [];
  const scheme = useComputedColorScheme("light");
  const theme = useDocument().config?.ui?.theme;
  const accent = useMemo(() => accentStyle(theme, scheme), [theme, scheme]);
  return (
    <section className={classes.preview} aria-label={t("preview.title")}>
      <header>
        <h2>{t("preview.title")}</h2>
        {note}
        {application && (
          <span className={classes.of}>
            {t("preview.dataOf")} <b>{application.label}</b>
          </span>
        )}
      </header>
      <div className={classes.screen} style={accent} data-bare={bare || undefined}>
        {!applications && !error && <LoadingRows />}
        {error !== undefined && !applications && <Failure error={error} onRetry={reload} />}
        {applications && !application && <NotRunning />}
        {application && (
          <AppRuntime application={application.name} address={address}>
            {"page" in show ? <PageView page={show.page} /> : <SavedPage pageId={show.pageId} />}
          </AppRuntime>
        )}
      </div>
    </section>
  );
}

function SavedPage({ pageId }: { pageId: string }) {
  const { data, error, refetch } = usePage(pageId);
  if (data) return <PageView page={data} />;
  if (!error) return <LoadingRows />;
  return <ErrorPane message={error.message} code={codeOf(error)} onRetry={() => void refetch()} />;
}

function NotRunning() {
  const { t } = useTranslation("editor");
  const run = useRun();
  return (
    <div className={classes.notRunning}>
      <p>{t("preview.notRunning")}</p>
      <Button busy={run.busy} icon={<IconPlayerPlay size={16} stroke={1.6} />} onClick={run.start}>
        {t("run.command")}
      </Button>
    </div>
  );
}
