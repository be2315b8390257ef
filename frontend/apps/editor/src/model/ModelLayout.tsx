import { IconAlertTriangle, IconArrowBackUp, IconArrowForwardUp, IconExclamationCircleFilled, IconPlayerPlayFilled } from "../icons";
import { countFindings, entityLabel, type ModelDocument } from "@torque/model";
import { Button, IconButton } from "@torque/ui";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useMatches, useParams } from "react-router";
import { StatusBar } from "../frame/StatusBar";
import { TopBar, type Crumb } from "../frame/TopBar";
import classes from "../frame/frame.module.css";
import { ConflictBar } from "./ConflictBar";
import { GoneBar } from "./GoneBar";
import { useDocument, useOpenModel, useSession, useSteps } from "./ModelProvider";
import { ModelTabs } from "./ModelTabs";
import { SaveStatus } from "./SaveStatus";
import { useModelCommands } from "./useModelCommands";
import { useRun } from "./useRun";

/** What a route of a model says about itself for the breadcrumbs. */
export type ModelRouteHandle = { crumb?: "entities" | "pages" | "forms" | "translations" | "data" | "history" };

/** What people call the part that the address names. */
function partOf({ entities, pages, forms }: ModelDocument, { entity: name, page: pageId, form: formId }: Readonly<Record<string, string | undefined>>): string | undefined {
  const entity = entities?.find((one) => one.id === name || one.name === name);
  const page = pages?.find(({ id }) => id === pageId);
  const form = forms?.find(({ id }) => id === formId);
  return entity ? entityLabel(entity) : (page?.title ?? page?.name ?? page?.id ?? form?.name ?? form?.id);
}

/** The frame of one model: breadcrumbs, undo, Run, tabs, status. */
export function ModelLayout() {
  const { t } = useTranslation("editor");
  const { ref, live } = useOpenModel();
  const document = useDocument();
  const revision = useSession("revision");
  const findings = useSession("findings");
  const steps = useSteps();
  const run = useRun();
  const crumb = useMatches()
    .map((match) => (match.handle as ModelRouteHandle | undefined)?.crumb)
    .findLast((name) => name !== undefined);
  const part = partOf(document, useParams());
  const crumbs = useMemo<Crumb[]>(
    () => [
      { title: t("models.title"), to: "/models" },
      { title: document.display_name ?? document.name, to: `/models/${ref}` },
      ...(crumb ? [{ title: t(`tabs.${crumb}`), to: `/models/${ref}/${crumb}` }] : []),
      ...(part === undefined ? [] : [{ title: part }]),
    ],
    [t, document.display_name, document.name, ref, crumb, part],
  );
  const counts = countFindings(findings);
  useModelCommands(steps, run.start);
  return (
    <>
      <TopBar crumbs={crumbs}>
        <IconButton label={t("steps.undo")} className={classes.step} disabled={!steps.canUndo} onClick={steps.undo}>
          <IconArrowBackUp size={16} stroke={1.6} />
        </IconButton>
        <IconButton label={t("steps.redo")} className={`${classes.step} ${classes.roomy}`} disabled={!steps.canRedo} onClick={steps.redo}>
          <IconArrowForwardUp size={16} stroke={1.6} />
        </IconButton>
        <Button compact busy={run.busy} onClick={run.start} icon={<IconPlayerPlayFilled size={13} className={classes.play} />}>
          {t("run.title")}
        </Button>
      </TopBar>
      <ModelTabs />
      <GoneBar />
      <ConflictBar />
      <main className={classes.main}>
        <Outlet />
      </main>
      <StatusBar
        live={live}
        end={
          <code className={classes.wide}>
            {document.name} <b>{document.version}</b> · {t("status.revision")} <b>{revision}</b>
          </code>
        }
      >
        <Link to={`/models/${ref}#verification`} className={classes.statusItem} aria-label={t("status.errors", { count: counts.errors })}>
          <IconExclamationCircleFilled size={14} className={counts.errors ? classes.bad : classes.quiet} aria-hidden="true" /> {counts.errors}
        </Link>
        <Link to={`/models/${ref}#verification`} className={classes.statusItem} aria-label={t("status.warnings", { count: counts.warnings })}>
          <IconAlertTriangle size={14} stroke={1.8} className={counts.warnings ? classes.warn : undefined} aria-hidden="true" /> {counts.warnings}
        </Link>
        <SaveStatus />
      </StatusBar>
    </>
  );
}
