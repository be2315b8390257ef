import { NumberInput } from "@mantine/core";
import { fieldLabel, type Entity, type EntityUi } from "@torque/model";
import { useTranslation } from "react-i18next";
import { MultiSelect, Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import classes from "./entities.module.css";

export type ListSettingsProps = { entity: Entity; ui: EntityUi; onChange: (change: Partial<EntityUi>) => void };

/** What stands for a record, and how lists of the entity look unless a page says otherwise. */
export function ListSettings({ entity, ui, onChange: edit }: ListSettingsProps) {
  const { t } = useTranslation("editor");
  const list = ui.list_view ?? {};
  const fields = entity.fields.map((field) => ({ value: field.name, label: fieldLabel(field) }));
  return (
    <>
      <h2>{t("entities.lists")}</h2>
      <Select
        label={t("entities.titleField")}
        description={t("entities.titleHelp")}
        clearable
        placeholder={t("entities.titleAuto")}
        data={fields}
        value={ui.title_field ?? null}
        onChange={(name) => { edit({ title_field: name ?? undefined }); }}
      />
      <MultiSelect
        label={t("entities.columns")}
        placeholder={list.columns?.length ? undefined : t("entities.columnsAuto")}
        data={fields}
        value={list.columns ?? []}
        onChange={(columns) => { edit({ list_view: { ...list, columns } }); }}
      />
      <div className={classes.two}>
        <Select
          label={t("entities.sort")}
          clearable
          placeholder={t("entities.sortAuto")}
          data={[...fields, ...["created_at", "updated_at"].filter((name) => !fields.some((field) => field.value === name)).map((name) => ({ value: name, label: name }))]}
          value={list.default_sort?.field ?? null}
          onChange={(field) => { edit({ list_view: { ...list, default_sort: field ? { field, direction: list.default_sort?.direction ?? "asc" } : undefined } }); }}
        />
        <Select
          label={t("entities.direction")}
          allowDeselect={false}
          disabled={!list.default_sort}
          data={[
            { value: "asc", label: t("entities.ascending") },
            { value: "desc", label: t("entities.descending") },
          ]}
          value={list.default_sort?.direction ?? "asc"}
          onChange={(direction) => {
            if (list.default_sort) edit({ list_view: { ...list, default_sort: { ...list.default_sort, direction: direction ?? "asc" } } });
          }}
        />
      </div>
      <div className={classes.two}>
        <NumberInput
          label={<OptionalLabel>{t("entities.pageSize")}</OptionalLabel>}
          hideControls
          min={1}
          max={1000}
          allowDecimal={false}
          value={list.page_size ?? ""}
          onChange={(next) => { edit({ list_view: { ...list, page_size: next === "" ? undefined : Number(next) } }); }}
        />
      </div>
    </>
  );
}
