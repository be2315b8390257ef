import { Switch, TextInput } from "@mantine/core";
import { entityLabel, fieldLabel, freeId, toName, type Entity, type Page } from "@torque/model";
import { useTranslation } from "react-i18next";
import { AddPart } from "../parts/AddPart";
import { Select } from "../parts/choices";

type Draft = { title: string; entity: string | null; navigation: boolean };

const EMPTY: Draft = { title: "", entity: null, navigation: true };

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

/** Adds a page: empty, or a list of an entity to begin with. */
export function AddPage({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("editor");
  return (
    <AddPart<Draft>
      opened={opened}
      onClose={onClose}
      kind="Page"
      words="pages"
      begin={() => EMPTY}
      make={(draft, document) => {
        const title = draft.title.trim();
        if (!title) return undefined;
        const id = freeId(document, "Page", toName(title) || "page");
        const entity = document.entities?.find(({ name }) => name === draft.entity);
        const form = document.forms?.find((one) => one.entity_type === entity?.name)?.id ?? `${entity?.name ?? ""}_form`;
        const part: Page = {
          id,
          name: id,
          title,
          type: entity ? "List" : "Custom",
          path: `/${id.replaceAll("_", "-")}`,
          ...(entity ? { icon: entity.ui_config?.icon ?? "list", target_entities: [entity.name] } : { icon: "file" }),
          ...(draft.navigation ? { in_navigation: true } : {}),
          layout: { type: "Single", rows: 12, columns: 12 },
          components: entity ? listComponents(entity, form, t("data.new", { name: entityLabel(entity) }), (wished) => freeId(document, "Component", wished)) : [],
        };
        return { part, name: title };
      }}
    >
      {({ draft, edit, document, checked }) => (
        <>
          <TextInput
            label={t("pages.pageTitle")}
            required
            data-autofocus
            value={draft.title}
            error={checked && !draft.title.trim() ? t("name.empty") : undefined}
            onChange={(event) => { edit({ title: event.currentTarget.value }); }}
          />
          <Select
            label={t("pages.content")}
            clearable
            placeholder={t("pages.blank")}
            data={(document.entities ?? []).map((one) => ({ value: one.name, label: t("pages.listOf", { name: entityLabel(one) }) }))}
            value={draft.entity}
            onChange={(entity) => { edit({ entity }); }}
          />
          <Switch label={t("pages.inNavigation")} checked={draft.navigation} onChange={(event) => { edit({ navigation: event.currentTarget.checked }); }} />
        </>
      )}
    </AddPart>
  );
}
