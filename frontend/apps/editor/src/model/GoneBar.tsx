import { Button } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import classes from "../frame/frame.module.css";
import { IconAlertTriangle } from "../icons";
import { useOpenModel } from "./ModelProvider";

/** Somebody deleted the model that is open: what is shown is the last that was known of it. */
export function GoneBar() {
  const { t } = useTranslation("editor");
  const { gone } = useOpenModel();
  const navigate = useNavigate();
  if (!gone) return null;
  return (
    <section role="alert" className={classes.conflict} aria-label={t("gone.label")}>
      <IconAlertTriangle size={16} stroke={1.8} aria-hidden="true" />
      <p>{t("gone.message")}</p>
      <Button compact onClick={() => void navigate("/models")}>
        {t("model.toList")}
      </Button>
    </section>
  );
}
