import { MultiSelect, Select, Textarea, TextInput } from "@mantine/core";
import { add, compact, CONSTRAINT_TYPES, remove, type Constraint, type Entity } from "@torque/model";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCommit } from "../model/ModelProvider";
import { EditPanel, PanelSection } from "../parts/EditPanel";
import parts from "../parts/parts.module.css";
import { usePart } from "../parts/usePart";
import { PartTab } from "./PartTab";
import { useDraft } from "./useDraft";

const idOf = (entity: Entity, constraint: Constraint): string => constraint.id ?? `${entity.id}/${constraint.name}`;
const NEW: Constraint = { type: "UniqueKey", name: "", fields: [] };

/** Rules over several fields. */
export function ConstraintsTab({ entity, head }: { entity: Entity; head: ReactNode }) {
  const { t } = useTranslation("editor");
  const { open, show } = usePart("constraint");
  const constraints = entity.constraints ?? [];
  const constraint = constraints.find((candidate) => idOf(entity, candidate) === open);
  const shown = constraint ?? (open === "new" ? NEW : undefined);
  return (
    <PartTab
      head={head}
      about={t("constraints.about")}
      addLabel={t("constraints.add")}
      none={t("constraints.none")}
      columns={[t("fields.name"), t("fields.type"), t("constraints.on"), t("rules.message")]}
      rows={constraints.map((one) => ({
        id: idOf(entity, one),
        name: one.name,
        cells: [t(`constraintType.${one.type}`), <code key="on">{one.expression ?? one.fields?.join(", ")}</code>, one.message ?? "–"],
      }))}
      open={open}
      onOpen={show}
      panel={shown && <ConstraintPanel key={open} entity={entity} constraint={shown} id={constraint && idOf(entity, constraint)} onShow={show} />}
    />
  );
}

type PanelProps = { entity: Entity; constraint: Constraint; id: string | undefined; onShow: (id: string | null) => void };

function ConstraintPanel({ entity, constraint, id, onShow }: PanelProps) {
  const { t } = useTranslation("editor");
  const commit = useCommit();
  const draft = useDraft("Constraint", id, constraint, compact<Constraint>);
  const [checked, setChecked] = useState(false);
  const { value } = draft;
  const check = value.type === "Check";
  const taken = entity.constraints?.some((one) => one !== constraint && one.name === value.name);
  const nameError = value.name ? (taken ? t("name.taken") : undefined) : t("name.empty");
  const contentError = check ? (value.expression ? undefined : t("constraints.noExpression")) : value.fields?.length ? undefined : t("indexes.noFields");
  const errors = (nameError ? 1 : 0) + (contentError ? 1 : 0);
  const apply = (): void => {
    setChecked(true);
    if (errors) return;
    if (id !== undefined) {
      if (commit(draft.changes, t("constraints.changed", { name: value.name }))) draft.discard();
      return;
    }
    if (commit([add("Constraint", compact(value), { parent: entity.id })], t("constraints.added", { name: value.name }))) onShow(`${entity.id}/${value.name}`);
  };
  return (
    <EditPanel
      title={constraint.name || t("constraints.new")}
      changes={draft.count}
      errors={checked ? errors : 0}
      verb={t(id === undefined ? "constraints.add" : "panel.apply")}
      onApply={apply}
      onDiscard={draft.discard}
      onClose={() => { onShow(null); }}
      onRemove={
        id === undefined
          ? undefined
          : () => {
              if (commit([remove("Constraint", id)], t("constraints.removed", { name: constraint.name }))) onShow(null);
            }
      }
    >
      <PanelSection>
        <TextInput
          label={t("fields.name")}
          required
          autoFocus={id === undefined}
          spellCheck={false}
          classNames={{ input: parts.monoInput }}
          value={value.name}
          error={checked ? nameError : undefined}
          onChange={(event) => { draft.edit({ name: event.currentTarget.value }); }}
        />
        <Select
          label={t("fields.type")}
          allowDeselect={false}
          data={CONSTRAINT_TYPES.map((type) => ({ value: type, label: t(`constraintType.${type}`) }))}
          value={value.type}
          onChange={(type) => { draft.edit({ type: type ?? "UniqueKey", expression: undefined }); }}
        />
        {check ? (
          <Textarea
            label={t("constraints.expression")}
            required
            autosize
            spellCheck={false}
            classNames={{ input: parts.monoInput }}
            value={value.expression ?? ""}
            error={checked ? contentError : undefined}
            onChange={(event) => { draft.edit({ expression: event.currentTarget.value || undefined }); }}
          />
        ) : (
          <MultiSelect
            label={t("indexes.fields")}
            required
            data={entity.fields.map((field) => field.name)}
            value={value.fields ?? []}
            error={checked ? contentError : undefined}
            onChange={(fields) => { draft.edit({ fields }); }}
          />
        )}
        <TextInput label={t("rules.message")} value={value.message ?? ""} onChange={(event) => { draft.edit({ message: event.currentTarget.value || undefined }); }} />
      </PanelSection>
    </EditPanel>
  );
}
