import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { messageOf } from "../api/errors";
import classes from "./parts.module.css";

export type ConfirmProps = {
  opened: boolean;
  title: string;
  children: ReactNode;
  /** The button repeats the verb. */
  verb: string;
  /** When given, this has to be typed first. */
  type?: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
};

/** Asks before what cannot be undone; focus stands on Cancel. */
export function Confirm({ opened, title, onClose, ...rest }: ConfirmProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ "aria-label": title }} withCloseButton={false}>
      {opened && <ConfirmBody {...rest} onClose={onClose} />}
    </Modal>
  );
}

function ConfirmBody({ children, verb, type, onConfirm, onClose }: Omit<ConfirmProps, "opened" | "title">) {
  const { t } = useTranslation("editor");
  const [typed, setTyped] = useState("");
  const [state, setState] = useState<{ name: "asking" | "working" } | { name: "failed"; message: string }>({ name: "asking" });
  const missing = type !== undefined && typed !== type;
  const confirm = (): void => {
    if (missing) {
      setState({ name: "failed", message: t("confirm.mismatch", { name: type }) });
      return;
    }
    setState({ name: "working" });
    onConfirm().then(onClose, (error: unknown) => {
      setState({ name: "failed", message: messageOf(error) });
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm();
      }}
    >
      <div className={classes.confirmText}>{children}</div>
      {type !== undefined && (
        <TextInput
          label={t("confirm.type", { name: type })}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
          }}
          classNames={{ input: classes.monoInput }}
        />
      )}
      {state.name === "failed" && (
        <p role="alert" className={classes.formError}>
          {state.message}
        </p>
      )}
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button onClick={onClose} data-autofocus>
          {t("cancel")}
        </Button>
        <Button type="submit" className={classes.destructive} loading={state.name === "working"}>
          {verb}
        </Button>
      </Group>
    </form>
  );
}
