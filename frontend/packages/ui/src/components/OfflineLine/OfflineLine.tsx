import { useTranslation } from "react-i18next";
import { useLocale } from "../../i18n/I18nProvider";
import { IconCloudOff } from "../../icons/tabler";
import { Button } from "../Button/Button";
import classes from "./OfflineLine.module.css";

export type OfflineLineProps = {
  /** When the data on screen was read. */
  since: Date;
  onRetry?: () => void;
};

/** The connection is lost: a line that pushes the content down and says how old the data is. */
export function OfflineLine({ since, onRetry }: OfflineLineProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(since);
  return (
    <div className={classes.line} role="status">
      <IconCloudOff aria-hidden />
      <span>
        <b>{t("offline.title")}</b> {t("offline.detail", { time })}
      </span>
      {onRetry && (
        <Button compact kind="subtle" className={classes.retry} onClick={onRetry}>
          {t("tryAgain")}
        </Button>
      )}
    </div>
  );
}
