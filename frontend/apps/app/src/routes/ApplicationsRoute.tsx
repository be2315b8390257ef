import { createClient, type TorqueClient } from "@torque/client";
import type { ApplicationSummary } from "@torque/protocol";
import { EmptyState, ErrorPane, icons, Mark, NamedIcon } from "@torque/ui";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import classes from "../screens/Screens.module.css";

type Loading = { name: "loading" } | { name: "loaded"; applications: ApplicationSummary[] } | { name: "failed"; message: string };

async function load(client: TorqueClient): Promise<Loading> {
  try {
    return { name: "loaded", applications: (await client.call("listApplications", {})).applications };
  } catch (error) {
    return { name: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

/** `/app`: the applications that are open to whoever asks. */
export function ApplicationsRoute() {
  const { t } = useTranslation("app");
  const [state, setState] = useState<Loading>({ name: "loading" });
  const [client] = useState(() => createClient());
  useEffect(() => {
    document.title = t("applications.title");
    void load(client).then(setState);
  }, [client, t]);
  return (
    <main className={classes.column}>
      <Mark />
      <h1 className={classes.title}>{t("applications.title")}</h1>
      {state.name === "failed" && <ErrorPane message={state.message} onRetry={() => void load(client).then(setState)} />}
      {state.name === "loaded" && state.applications.length === 0 && <EmptyState title={t("applications.empty")} description={t("applications.emptyDetail")} />}
      {state.name === "loaded" && (
        <ul className={classes.list}>
          {state.applications.map(({ id, name, label }) => (
            <li key={id}>
              <Link className={classes.entry} to={`/${encodeURIComponent(name)}`}>
                <NamedIcon name="table" />
                <span className={classes.entryName}>{label || name}</span>
                <code className={classes.entryId}>{name}</code>
                <icons.IconChevronRight aria-hidden />
              </Link>
            </li>
          ))}
        </ul>
      )}
      {state.name !== "loading" && (
        <a className={classes.link} href="/editor">
          {t("applications.openEditor")}
        </a>
      )}
    </main>
  );
}
