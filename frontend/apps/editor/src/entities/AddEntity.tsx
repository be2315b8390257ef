import { TextInput } from "@mantine/core";
import { add, entityNameProblem, freeId, toName, ENTITY_KINDS, type EntityKind } from "@torque/model";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCommit, useDocument, useOpenModel } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { DialogForm, FormDialog } from "../parts/FormDialog";
import parts from "../parts/parts.module.css";

/** Adds an entity with one field to begin with: its title. */
export function AddEntity({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("editor");
  return (
    <FormDialog opened={opened} onClose={onClose} title={t("entities.addTitle")}>
      <AddEntityForm onClose={onClose} />
    </FormDialog>
  );
}

function AddEntityForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const navigate = useNavigate();
  const [label, setLabel] = useState("");
  const [ownName, setOwnName] = useState<string>();
  const [kind, setKind] = useState<EntityKind>("Data");
  const [checked, setChecked] = useState(false);
  const name = ownName ?? toName(label);
  const problem = entityNameProblem(document, name);
  const submit = (): void => {
    setChecked(true);
    if (problem || !label.trim()) return;
    const id = freeId(document, "Entity", `entity_${name}`);
    const field = { id: freeId(document, "Field", `field_${name}_name`), name: "name", display_name: t("entities.nameField"), field_type: { type: "String", max_length: 255 }, required: true };
    const value = { id, name, display_name: label.trim(), ...(kind === "Data" ? {} : { kind }), fields: [field] };
    if (!commit([add("Entity", value)], t("entities.added", { name: label.trim() }))) return;
    onClose();
    void navigate(`/models/${ref}/entities/${id}`);
  };
  return (
    <DialogForm verb={t("entities.add")} onSubmit={submit} onClose={onClose}>
      <TextInput
        label={t("entities.label")}
        placeholder={t("entities.example")}
        required
        data-autofocus
        value={label}
        error={checked && !label.trim() ? t("name.empty") : undefined}
        onChange={(event) => { setLabel(event.currentTarget.value); }}
      />
      <TextInput
        label={t("entities.name")}
        required
        value={name}
        spellCheck={false}
        classNames={{ input: parts.monoInput }}
        error={checked && problem ? t(`name.${problem}`) : undefined}
        onChange={(event) => { setOwnName(event.currentTarget.value); }}
      />
      <Select
        label={t("entities.kind")}
        allowDeselect={false}
        data={ENTITY_KINDS.map((value) => ({ value, label: t(`entityKind.${value}`) }))}
        value={kind}
        onChange={(value) => { setKind(value ?? "Data"); }}
      />
    </DialogForm>
  );
}
