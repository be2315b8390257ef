import { Switch, TextInput } from "@mantine/core";
import { add, entityLabel, fieldLabel, freeId, toName, type Entity, type Page } from "@torque/model";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCommit, useDocument, useOpenModel } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { DialogForm, FormDialog } from "../parts/FormDialog";

/** Adds a page: empty, or a list of an entity to begin with. */
export function AddPage({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("editor");
  return (
    <FormDialog opened={opened} onClose={onClose} title={t("pages.addTitle")}>
      <AddPageForm onClose={onClose} />
    </FormDialog>
  );
}

/** A button that makes a record and a grid that lists them. */
function listComponents(entity: Entity, form: string, newLabel: string, id: (wished: string) => string): Page["components"] {
  const columns = entity.fields
    .filter((field) => field.field_type.type !== "Json" && field.field_type.type !== "Binary")
    .slice(0, 6)
    .map((field) => ({ field: field.name, title: fieldLabel(field), sortable: true, filterable: true }));
  return [
    {
      id: id(`new_${entity.name}_button`),
      type: "Button",
      position: { row: 0, col: 0, width: 3, height: 1 },
      props: { label: newLabel, variant: "primary" },
      events: [{ on: "click", action: { type: "openModal", modal_id: form } }],
    },
    {
      id: id(`${entity.name}_grid`),
      type: "DataGrid",
      position: { row: 1, col: 0, width: 12, height: 8 },
      props: { entityType: entity.name, columns, pagination: true, sorting: true, filtering: true },
    },
  ];
}

function AddPageForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const document = useDocument();
  const commit = useCommit();
  const navigate = useNavigate();
  const entities = document.entities ?? [];
  const [title, setTitle] = useState("");
  const [entityName, setEntityName] = useState<string | null>(null);
  const [navigation, setNavigation] = useState(true);
  const [checked, setChecked] = useState(false);
  const entity = entities.find((one) => one.name === entityName);
  const submit = (): void => {
    setChecked(true);
    if (!title.trim()) return;
    const id = freeId(document, "Page", toName(title) || "page");
    const form = document.forms?.find((one) => one.entity_type === entity?.name)?.id ?? `${entity?.name ?? ""}_form`;
    const components = entity ? listComponents(entity, form, t("data.new", { name: entityLabel(entity) }), (wished) => freeId(document, "Component", wished)) : [];
    const page: Page = {
      id,
      name: id,
      title: title.trim(),
      type: entity ? "List" : "Custom",
      path: `/${id.replaceAll("_", "-")}`,
      ...(entity ? { icon: entity.ui_config?.icon ?? "list", target_entities: [entity.name] } : { icon: "file" }),
      ...(navigation ? { in_navigation: true } : {}),
      layout: { type: "Single", rows: 12, columns: 12 },
      components,
    };
    if (!commit([add("Page", page)], t("pages.added", { name: title.trim() }))) return;
    onClose();
    void navigate(`/models/${ref}/pages/${id}`);
  };
  return (
    <DialogForm verb={t("pages.add")} onSubmit={submit} onClose={onClose}>
      <TextInput
        label={t("pages.pageTitle")}
        required
        data-autofocus
        value={title}
        error={checked && !title.trim() ? t("name.empty") : undefined}
        onChange={(event) => { setTitle(event.currentTarget.value); }}
      />
      <Select
        label={t("pages.content")}
        clearable
        placeholder={t("pages.blank")}
        data={entities.map((one) => ({ value: one.name, label: t("pages.listOf", { name: entityLabel(one) }) }))}
        value={entityName}
        onChange={setEntityName}
      />
      <Switch label={t("pages.inNavigation")} checked={navigation} onChange={(event) => { setNavigation(event.currentTarget.checked); }} />
    </DialogForm>
  );
}
