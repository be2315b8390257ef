import { TextInput } from "@mantine/core";
import { useState } from "react";
import { codeOf, messageOf } from "../api/errors";
import { DialogForm, FormDialog } from "./FormDialog";
import { NameFields, namesComplete, NO_NAMES, type NameFieldsProps, type Names } from "./NameFields";
import { OptionalLabel } from "./OptionalLabel";

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
  return (
    <FormDialog opened={opened} onClose={onClose} title={title}>
      <NameForm {...rest} onClose={onClose} />
    </FormDialog>
  );
}

function NameForm({ labels, verb, initial = NO_NAMES, description, onSubmit, onClose }: Omit<NameDialogProps, "opened" | "title">) {
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
    <DialogForm verb={verb} busy={sending} failure={taken ? undefined : failure} onSubmit={submit} onClose={onClose}>
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
          label={<OptionalLabel>{description}</OptionalLabel>}
          value={about}
          onChange={(event) => {
            setAbout(event.currentTarget.value);
          }}
        />
      )}
    </DialogForm>
  );
}
