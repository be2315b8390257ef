import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconAlertCircle } from "../../icons/tabler";
import { Button } from "../Button/Button";
import classes from "./Form.module.css";

export type FormFooterProps = {
  errors: number;
  unsaved: number;
  busy: boolean;
  submitLabel: string;
  onShowErrors: () => void;
  onCancel?: () => void;
  /** False when nothing can be saved. */
  canSave: boolean;
};

/** Errors and unsaved changes at the start, Cancel and Save at the end. Save is never disabled: it explains. */
export function FormFooter({ errors, unsaved, busy, submitLabel, onShowErrors, onCancel, canSave }: FormFooterProps) {
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
        {unsaved > 0 && <span className={classes.unsaved}>{t("form.unsaved", { count: unsaved })}</span>}
      </div>
      <div className={classes.actions}>
        {onCancel && <Button onClick={onCancel}>{t("cancel")}</Button>}
        {canSave && (
          <Button kind="primary" type="submit" busy={busy} shortcut="Ctrl S" className={classes.submit}>
            {submitLabel}
          </Button>
        )}
      </div>
    </footer>
  );
}
