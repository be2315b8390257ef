import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../Button/Button";
import { Dialog } from "../Modal/Dialog";
import classes from "./Confirm.module.css";

export type ConfirmProps = {
  opened: boolean;
  /** Names number and object: "Delete 3 orders and their 9 lines?" */
  title: string;
  children?: ReactNode;
  /** Repeats the verb. */
  confirmLabel: string;
  /** Default "Cancel"; it has the focus. */
  cancelLabel?: string;
  busy?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
};

/** Asks before what cannot be undone. */
export function Confirm({ opened, title, children, confirmLabel, cancelLabel, busy, onConfirm, onCancel }: ConfirmProps) {
  const { t } = useTranslation("ui");
  return (
    <Dialog opened={opened} onClose={onCancel} title={title} classNames={{ body: classes.body, header: classes.header }}>
      {children && <div className={classes.text}>{children}</div>}
      <div className={classes.actions}>
        <Button onClick={onCancel} data-autofocus>
          {cancelLabel ?? t("cancel")}
        </Button>
        <Button kind="danger" busy={busy} onClick={onConfirm}>
          {confirmLabel}
        </Button>
      </div>
    </Dialog>
  );
}
