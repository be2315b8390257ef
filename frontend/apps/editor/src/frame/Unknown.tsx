import { Button } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { StatusBar } from "./StatusBar";
import { TopBar } from "./TopBar";
import classes from "./frame.module.css";

/** No screen has this address. */
export function Unknown() {
  const { t } = useTranslation("editor");
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return (
    <>
      <TopBar crumbs={[{ title: t("unknown.title") }]} />
      <main className={classes.main}>
        <div className={classes.notice}>
          <h1>{t("unknown.title")}</h1>
          <p>
            {t("unknown.text")} <code>/editor{pathname}</code>
          </p>
          <Button onClick={() => void navigate("/models")}>{t("model.toList")}</Button>
        </div>
      </main>
      <StatusBar />
    </>
  );
}
