import { Button, ErrorPane } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import classes from "./frame.module.css";

/** The browser's words for a part of the program that the server did not send. */
const NOT_FETCHED = /dynamically imported module|preload CSS|Importing a module/i;

/** A screen failed: what is known, and the way back. */
export function Broken() {
  const { t } = useTranslation("editor");
  const error = useRouteError();
  const message = error instanceof Error ? error.message : String(error);
  const away = NOT_FETCHED.test(message);
  return (
    <main className={classes.notice}>
      <h1>{t("broken.title")}</h1>
      <ErrorPane
        message={away ? t("error.network") : message}
        code={away ? "NETWORK" : undefined}
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
