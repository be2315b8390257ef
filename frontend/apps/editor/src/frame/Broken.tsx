import { Button, ErrorPane } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import classes from "./frame.module.css";

/** A screen failed: what is known, and the way back. */
export function Broken() {
  const { t } = useTranslation("editor");
  const error = useRouteError();
  return (
    <main className={classes.notice}>
      <h1>{t("broken.title")}</h1>
      <ErrorPane
        message={error instanceof Error ? error.message : String(error)}
        onRetry={() => {
          window.location.reload();
        }}
      />
      <Button
        onClick={() => {
          window.location.assign("/editor/models");
        }}
      >
        {t("model.toList")}
      </Button>
    </main>
  );
}
