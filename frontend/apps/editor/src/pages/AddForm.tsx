import { entityLabel, freeId, type ModelDocument } from "@torque/model";
import { useTranslation } from "react-i18next";
import { AddPart } from "../parts/AddPart";
import { Select } from "../parts/choices";
import { deriveForm } from "./deriveForm";

type Draft = { entity: string | null };

/** The first entity without a form, else the first. */
function begin({ entities = [], forms = [] }: ModelDocument): Draft {
  const without = entities.find(({ name }) => !forms.some((form) => form.entity_type === name));
  return { entity: (without ?? entities[0])?.name ?? null };
}

/** Adds a form that begins with an input for each field of an entity. */
export function AddForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("editor");
  return (
    <AddPart<Draft>
      opened={opened}
      onClose={onClose}
      kind="Form"
      words="forms"
      begin={begin}
      make={(draft, document) => {
        const entity = document.entities?.find(({ name }) => name === draft.entity);
        if (!entity) return undefined;
        const name = t("forms.nameOf", { name: entityLabel(entity) });
        return { part: deriveForm(entity, freeId(document, "Form", `${entity.name}_form`), name), name };
      }}
    >
      {({ draft, edit, document, checked }) => (
        <Select
          label={t("forms.entity")}
          description={t("forms.entityHelp")}
          required
          allowDeselect={false}
          data-autofocus
          data={(document.entities ?? []).map((one) => ({ value: one.name, label: entityLabel(one) }))}
          value={draft.entity}
          error={checked && !draft.entity ? t("fields.error.noEntity") : undefined}
          onChange={(entity) => { edit({ entity }); }}
        />
      )}
    </AddPart>
  );
}
