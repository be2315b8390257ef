import { add, entityLabel, freeId } from "@torque/model";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCommit, useDocument, useOpenModel } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { DialogForm, FormDialog } from "../parts/FormDialog";
import { deriveForm } from "./deriveForm";

/** Adds a form that begins with an input for each field of an entity. */
export function AddForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("editor");
  return (
    <FormDialog opened={opened} onClose={onClose} title={t("forms.addTitle")}>
      <AddFormForm onClose={onClose} />
    </FormDialog>
  );
}

function AddFormForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const navigate = useNavigate();
  const entities = document.entities ?? [];
  const [entityName, setEntityName] = useState(entities.find((one) => !document.forms?.some((form) => form.entity_type === one.name))?.name ?? entities[0]?.name ?? null);
  const [checked, setChecked] = useState(false);
  const submit = (): void => {
    setChecked(true);
    const entity = entities.find((one) => one.name === entityName);
    if (!entity) return;
    const form = deriveForm(entity, freeId(document, "Form", `${entity.name}_form`), t("forms.nameOf", { name: entityLabel(entity) }));
    if (!commit([add("Form", form)], t("forms.added", { name: form.name ?? form.id }))) return;
    onClose();
    void navigate(`/models/${ref}/forms/${form.id}`);
  };
  return (
    <DialogForm verb={t("forms.add")} onSubmit={submit} onClose={onClose}>
      <Select
        label={t("forms.entity")}
        description={t("forms.entityHelp")}
        required
        allowDeselect={false}
        data-autofocus
        data={entities.map((one) => ({ value: one.name, label: entityLabel(one) }))}
        value={entityName}
        error={checked && !entityName ? t("fields.error.noEntity") : undefined}
        onChange={setEntityName}
      />
    </DialogForm>
  );
}
