import { UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconLoader2 } from "../icons";
import { LeftUnsaved } from "@torque/model";
import { useLocale } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { messageOf } from "../api/errors";
import classes from "../frame/frame.module.css";
import { useOpenModel, useSession } from "./ModelProvider";

/** Whether everything is saved, since when, and what to do when it is not. */
export function SaveStatus() {
  const { t } = useTranslation("editor");
  const locale = useLocale();
  const { session } = useOpenModel();
  const save = useSession("save");
  const unsaved = useSession("unsaved");
  if (save.name === "saving") {
    return (
      <span className={classes.statusItem} role="status">
        <IconLoader2 size={14} className={classes.spin} aria-hidden="true" /> {t("save.saving")}
      </span>
    );
  }
  if (save.name === "failed") {
    return (
      <span className={classes.statusItem} role="alert">
        <IconAlertTriangle size={14} className={classes.bad} aria-hidden="true" />
        <span className={classes.saveError}>{t("save.failed", { count: unsaved, why: save.error instanceof LeftUnsaved ? t("save.left") : messageOf(save.error) })}</span>
        <UnstyledButton
          className={classes.link}
          onClick={() => {
            session.retry();
          }}
        >
          {t("tryAgain")}
        </UnstyledButton>
        <UnstyledButton
          className={classes.link}
          onClick={() => {
            session.discard();
          }}
        >
          {t("save.discard")}
        </UnstyledButton>
      </span>
    );
  }
  if (save.name === "conflict") {
    return (
      <span className={classes.statusItem}>
        <IconAlertTriangle size={14} className={classes.warn} aria-hidden="true" /> {t("save.conflict")}
      </span>
    );
  }
  const time = save.at && new Intl.DateTimeFormat(locale, { timeStyle: "medium" }).format(save.at);
  return (
    <span className={classes.statusItem} role="status">
      <IconCircleCheck size={14} stroke={1.8} aria-hidden="true" /> {time ? t("save.savedAt", { time }) : t("save.saved")}
    </span>
  );
}
