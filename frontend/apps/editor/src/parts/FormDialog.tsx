import { Group, Modal } from "@mantine/core";
import { Button } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { codeOf, messageOf } from "../api/errors";
import classes from "./parts.module.css";

export type FormDialogProps = { opened: boolean; title: string; onClose: () => void; children: ReactNode };

/** A dialog whose content is made anew each time it opens. */
export function FormDialog({ opened, title, onClose, children }: FormDialogProps) {
  const { t } = useTranslation("editor");
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("close") }}>
      {opened && children}
    </Modal>
  );
}

export type DialogFormProps = {
  /** Verb and noun of its button. */
  verb: string;
  onSubmit: () => void;
  onClose: () => void;
  /** Default false. */
  busy?: boolean;
  /** What the server said against it, unless it is shown at a field. */
  failure?: unknown;
  children: ReactNode;
};

/** The fields of a dialog and its foot: Cancel, and the one button that does it. */
export function DialogForm({ verb, onSubmit, onClose, busy = false, failure, children }: DialogFormProps) {
  const { t } = useTranslation("editor");
  return (
    <form
      noValidate
      className={classes.dialogForm}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      {failure !== undefined && (
        <p role="alert" className={classes.formError}>
          {codeOf(failure) === "NETWORK" ? t("error.network") : messageOf(failure)}
        </p>
      )}
      <Group justify="flex-end" gap="sm">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button type="submit" kind="primary" busy={busy}>
          {verb}
        </Button>
      </Group>
    </form>
  );
}
