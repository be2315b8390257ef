import { Group, Modal, TextInput } from "@mantine/core";
import { Button } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { codeOf, messageOf } from "../api/errors";
import { NameFields, namesComplete, NO_NAMES, type NameFieldsProps, type Names } from "./NameFields";
import classes from "./parts.module.css";

export type NameDialogProps = {
  opened: boolean;
  title: string;
  labels: NameFieldsProps["labels"];
  /** The verb and noun of its button. */
  verb: string;
  /** Proposed names. */
  initial?: Names;
  /** Label of a description; without it none is asked for. */
  description?: string;
  /** Rejects when the server refuses. */
  onSubmit: (names: { displayName: string; name: string; description: string }) => Promise<unknown>;
  onClose: () => void;
};

/** Asks for a display name and a technical name, and keeps both until the server took them. */
export function NameDialog({ opened, title, onClose, ...rest }: NameDialogProps) {
  const { t } = useTranslation("editor");
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("close") }}>
      {opened && <NameForm {...rest} onClose={onClose} />}
    </Modal>
  );
}

function NameForm({ labels, verb, initial = NO_NAMES, description, onSubmit, onClose }: Omit<NameDialogProps, "opened" | "title">) {
  const { t } = useTranslation("editor");
  const [names, setNames] = useState(initial);
  const [about, setAbout] = useState("");
  const [checked, setChecked] = useState(false);
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const taken = failure !== undefined && codeOf(failure) === "CONFLICT";
  const submit = (): void => {
    setChecked(true);
    if (!namesComplete(names)) return;
    setSending(true);
    setFailure(undefined);
    onSubmit({ displayName: names.displayName.trim(), name: names.name, description: about.trim() })
      .then(onClose, setFailure)
      .finally(() => {
        setSending(false);
      });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <NameFields
        labels={labels}
        value={names}
        onChange={(next) => {
          setNames(next);
          setFailure(undefined);
        }}
        checked={checked}
        nameError={taken ? messageOf(failure) : undefined}
      />
      {description && (
        <TextInput
          mt="md"
          label={<OptionalLabel>{description}</OptionalLabel>}
          value={about}
          onChange={(event) => {
            setAbout(event.currentTarget.value);
          }}
        />
      )}
      {failure !== undefined && !taken && (
        <p role="alert" className={classes.formError}>
          {codeOf(failure) === "NETWORK" ? t("error.network") : messageOf(failure)}
        </p>
      )}
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button type="submit" kind="primary" busy={sending}>
          {verb}
        </Button>
      </Group>
    </form>
  );
}

/** A label that says at its end that the field may stay empty. */
export function OptionalLabel({ children }: { children: string }) {
  const { t } = useTranslation("editor");
  return (
    <>
      {children} <span className={classes.optional}>{t("optional")}</span>
    </>
  );
}
