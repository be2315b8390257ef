import { Loader } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "../icons";
import { Button, Mark } from "@torque/ui";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { redeem } from "../api/session";
import classes from "./signIn.module.css";

type State = "redeeming" | "needed" | "ended" | "refused" | "unreachable";

/** Where a sign-in link leads; without a secret, or with a used one, it says how to get a new link. */
export function SignIn() {
  const { t } = useTranslation("editor");
  const navigate = useNavigate();
  const location = useLocation();
  const from = location.state as { ended?: boolean; from?: string } | null;
  // A link that is followed on this very page changes nothing but this.
  const link = location.hash.slice(1);
  const secret = useRef(link);
  const started = useRef("");
  const [state, setState] = useState<State>(link ? "redeeming" : from?.ended ? "ended" : "needed");

  const send = useCallback(() => {
    setState("redeeming");
    void redeem(secret.current).then((outcome) => {
      if (outcome === "signed-in") void navigate("/models", { replace: true });
      else setState(outcome);
    });
  }, [navigate]);

  useEffect(() => {
    if (!link || started.current === link) return;
    started.current = link;
    secret.current = link;
    window.history.replaceState(window.history.state, "", window.location.pathname);
    send();
  }, [link, send]);

  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <div className={classes.brand}>
          <Mark /> <span>Torque</span>
        </div>
        <h1>{t(`signIn.${state}.title`)}</h1>
        <div role="status" className={classes.message}>
          {state === "redeeming" && <Loader />}
          {state === "refused" && <IconAlertTriangle size={16} className={classes.warn} aria-hidden="true" />}
          {state === "ended" && <IconCircleCheck size={16} className={classes.ok} aria-hidden="true" />}
          <p>{t(`signIn.${state}.message`)}</p>
        </div>
        {state === "unreachable" && <Button onClick={send}>{t("tryAgain")}</Button>}
        {(state === "refused" || state === "needed" || state === "ended") && (
          <>
            <p>{t("signIn.newLink")}</p>
            <pre className={classes.code}>
              <code>torque token link</code>
            </pre>
            <p className={classes.small}>{t("signIn.once")}</p>
          </>
        )}
      </div>
    </main>
  );
}
