import { useTranslation } from "react-i18next";
import { IconAlertCircleFilled, IconRefresh } from "../../icons/tabler";
import { Button } from "../Button/Button";
import classes from "./ErrorPane.module.css";

export type ErrorPaneProps = {
  /** What is, then what to do. */
  message: string;
  /** The catalogue's name, in mono. */
  code?: string;
  onRetry?: () => void;
};

/** An error at the smallest place it concerns: one broken component never takes the page. */
export function ErrorPane({ message, code, onRetry }: ErrorPaneProps) {
  const { t } = useTranslation("ui");
  return (
    <div className={classes.pane} role="alert">
      <IconAlertCircleFilled className={classes.icon} aria-hidden />
      <div className={classes.words}>
        <p className={classes.message}>{message}</p>
        {code && <code className={classes.code}>{code}</code>}
      </div>
      {onRetry && (
        <Button compact icon={<IconRefresh aria-hidden />} onClick={onRetry}>
          {t("tryAgain")}
        </Button>
      )}
    </div>
  );
}
