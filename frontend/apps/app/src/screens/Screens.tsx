import { Button, Mark } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import classes from "./Screens.module.css";

type ScreenProps = { title: string; detail: string; children?: ReactNode; code?: string };

/** A whole screen that says what is and what to do. */
function Screen({ title, detail, children, code }: ScreenProps) {
  return (
    <main className={classes.door}>
      <div className={classes.column}>
        <Mark />
        <h1 className={classes.title}>{title}</h1>
        <p className={classes.detail}>{detail}</p>
        {code && <code className={classes.command}>{code}</code>}
        {children && <div className={classes.actions}>{children}</div>}
      </div>
    </main>
  );
}

export function UnknownApplication({ name }: { name: string }) {
  const { t } = useTranslation("app");
  return (
    <Screen title={t("unknownApplication.title", { name })} detail={t("unknownApplication.detail")}>
      <Link className={classes.link} to="/">
        {t("unknownApplication.all")}
      </Link>
    </Screen>
  );
}

export function SignedOut({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation("app");
  return (
    <Screen title={t("signedOut.title")} detail={t("signedOut.detail")} code="torque token link">
      <Button kind="primary" onClick={onRetry}>
        {t("signedOut.again")}
      </Button>
    </Screen>
  );
}

export function Forbidden() {
  const { t } = useTranslation("app");
  return (
    <Screen title={t("forbidden.title")} detail={t("forbidden.detail")}>
      <Link className={classes.link} to="/">
        {t("unknownApplication.all")}
      </Link>
    </Screen>
  );
}

export function Unreachable({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation("app");
  const ui = useTranslation("ui");
  return (
    <Screen title={t("offline.title")} detail={t("offline.detail")}>
      <Button onClick={onRetry}>{ui.t("tryAgain")}</Button>
    </Screen>
  );
}

export function Failed({ message, code, onRetry }: { message: string; code: string; onRetry: () => void }) {
  const { t } = useTranslation("app");
  const ui = useTranslation("ui");
  return (
    <Screen title={t("failed.title")} detail={message} code={code}>
      <Button onClick={onRetry}>{ui.t("tryAgain")}</Button>
    </Screen>
  );
}

/** Inside the frame: the application is there, this page of it is not. */
export function UnknownPage({ name }: { name: string }) {
  const { t } = useTranslation("app");
  return (
    <div className={classes.inside}>
      <h1 className={classes.title}>{t("unknownPage.title", { name })}</h1>
      <p className={classes.detail}>{t("unknownPage.detail")}</p>
      <Link className={classes.link} to=".." relative="path">
        {t("unknownPage.start")}
      </Link>
    </div>
  );
}
