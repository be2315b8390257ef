import { TextInput } from "@mantine/core";
import { entityNameProblem, freeId, toName, ENTITY_KINDS, type EntityKind } from "@torque/model";
import { useTranslation } from "react-i18next";
import { AddPart } from "../parts/AddPart";
import { Select } from "../parts/choices";
import parts from "../parts/parts.module.css";

type Draft = { label: string; ownName: string | undefined; kind: EntityKind };

const EMPTY: Draft = { label: "", ownName: undefined, kind: "Data" };

/** The technical name follows the label until it is typed itself. */
const nameOf = ({ label, ownName }: Draft): string => ownName ?? toName(label);

/** Adds an entity with one field to begin with: its title. */
export function AddEntity({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("editor");
  return (
    <AddPart<Draft>
      opened={opened}
      onClose={onClose}
      kind="Entity"
      words="entities"
      begin={() => EMPTY}
      make={(draft, document) => {
        const [name, label] = [nameOf(draft), draft.label.trim()];
        if (entityNameProblem(document, name) || !label) return undefined;
        const id = freeId(document, "Entity", `entity_${name}`);
        const field = { id: freeId(document, "Field", `field_${name}_name`), name: "name", display_name: t("entities.nameField"), field_type: { type: "String", max_length: 255 }, required: true };
        return { part: { id, name, display_name: label, ...(draft.kind === "Data" ? {} : { kind: draft.kind }), fields: [field] }, name: label };
      }}
    >
      {({ draft, edit, document, checked }) => {
        const problem = entityNameProblem(document, nameOf(draft));
        return (
          <>
            <TextInput
              label={t("entities.label")}
              placeholder={t("entities.example")}
              required
              data-autofocus
              value={draft.label}
              error={checked && !draft.label.trim() ? t("name.empty") : undefined}
              onChange={(event) => { edit({ label: event.currentTarget.value }); }}
            />
            <TextInput
              label={t("entities.name")}
              required
              value={nameOf(draft)}
              spellCheck={false}
              classNames={{ input: parts.monoInput }}
              error={checked && problem ? t(`name.${problem}`) : undefined}
              onChange={(event) => { edit({ ownName: event.currentTarget.value }); }}
            />
            <Select
              label={t("entities.kind")}
              allowDeselect={false}
              data={ENTITY_KINDS.map((value) => ({ value, label: t(`entityKind.${value}`) }))}
              value={draft.kind}
              onChange={(value) => { edit({ kind: value ?? "Data" }); }}
            />
          </>
        );
      }}
    </AddPart>
  );
}
