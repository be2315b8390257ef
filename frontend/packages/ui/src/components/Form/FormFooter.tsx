import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconAlertCircle } from "../../icons/tabler";
import { Button } from "../Button/Button";
import classes from "./Form.module.css";

export type FormFooterProps = {
  errors: number;
  /** Fields that two have changed and about which nothing was decided yet. */
  conflicts: number;
  unsaved: number;
  /** What is not saved was typed before the page was loaded again. */
  drafted: boolean;
  busy: boolean;
  submitLabel: string;
  onShowErrors: () => void;
  onShowConflicts: () => void;
  onCancel?: () => void;
  /** Ways through the steps; absent at the ends and in a form without steps. */
  onBack?: () => void;
  /** Goes on; where nothing can be saved yet, sending the form does that, so that Enter goes on too. */
  onNext?: () => void;
  /** False when nothing can be saved here. */
  canSave: boolean;
};

/** Errors and unsaved changes at the start, Cancel and Save at the end. Save is never disabled: it explains. */
export function FormFooter({ errors, conflicts, unsaved, drafted, busy, submitLabel, onShowErrors, onShowConflicts, onCancel, onBack, onNext, canSave }: FormFooterProps) {
  const { t } = useTranslation("ui");
  return (
    <footer className={classes.footer}>
      <div className={classes.counts} role="status">
        {errors > 0 && (
          <UnstyledButton className={classes.attention} onClick={onShowErrors}>
            <IconAlertCircle aria-hidden />
            {t("form.attention", { count: errors })}
          </UnstyledButton>
        )}
        {conflicts > 0 && (
          <UnstyledButton className={classes.decide} onClick={onShowConflicts}>
            {t("form.decide", { count: conflicts })}
          </UnstyledButton>
        )}
        {unsaved > 0 && <span className={classes.unsaved}>{drafted ? t("form.draft", { count: unsaved }) : t("form.unsaved", { count: unsaved })}</span>}
      </div>
      <div className={classes.actions} data-steps={onBack || onNext ? true : undefined}>
        {onCancel && <Button onClick={onCancel} className={classes.cancel}>{t("cancel")}</Button>}
        {onBack && <Button onClick={onBack}>{t("form.back")}</Button>}
        {onNext && (
          <Button kind={canSave ? "default" : "primary"} type={canSave ? "button" : "submit"} className={canSave ? undefined : classes.submit} onClick={canSave ? onNext : undefined}>
            {t("form.next")}
          </Button>
        )}
        {canSave && (
          <Button kind="primary" type="submit" busy={busy} shortcut="Ctrl S" className={classes.submit}>
            {submitLabel}
          </Button>
        )}
      </div>
    </footer>
  );
}
