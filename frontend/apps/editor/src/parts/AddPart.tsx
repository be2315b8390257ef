import { add, type ListedKind, type ModelDocument } from "@torque/model";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCommit, useDocument, useOpenModel } from "../model/ModelProvider";
import { DialogForm, FormDialog } from "./FormDialog";

export type AddFields<Draft> = { draft: Draft; edit: (change: Partial<Draft>) => void; document: ModelDocument; /** Show what is missing. */ checked: boolean };

export type AddPartProps<Draft extends object> = {
  opened: boolean;
  onClose: () => void;
  kind: ListedKind;
  /** The group of texts, and the screen on which the part is shown once it is there. */
  words: "entities" | "pages" | "forms";
  /** What the dialog begins with. */
  begin: (document: ModelDocument) => Draft;
  /** The part and what people call it; undefined while something is missing. */
  make: (draft: Draft, document: ModelDocument) => { part: { id: string }; name: string } | undefined;
  children: (fields: AddFields<Draft>) => ReactNode;
};

/** Asks for what a new part of the model needs, adds it, and shows it. */
export function AddPart<Draft extends object>({ opened, ...form }: AddPartProps<Draft>) {
  const { t } = useTranslation("editor");
  return (
    <FormDialog opened={opened} onClose={form.onClose} title={t(`${form.words}.addTitle`)}>
      <AddPartForm<Draft> {...form} />
    </FormDialog>
  );
}

function AddPartForm<Draft extends object>({ kind, words, begin, make, onClose, children }: Omit<AddPartProps<Draft>, "opened">) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => begin(document));
  const [checked, setChecked] = useState(false);
  const edit = (change: Partial<Draft>): void => { setDraft({ ...draft, ...change }); };
  const submit = (): void => {
    setChecked(true);
    const made = make(draft, document);
    if (!made || !commit([add(kind, made.part)], t(`${words}.added`, { name: made.name }))) return;
    onClose();
    void navigate(`/models/${ref}/${words}/${made.part.id}`);
  };
  return (
    <DialogForm verb={t(`${words}.add`)} onSubmit={submit} onClose={onClose}>
      {children({ draft, edit, document, checked })}
    </DialogForm>
  );
}
