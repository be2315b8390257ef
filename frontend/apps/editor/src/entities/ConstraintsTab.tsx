import { Textarea, TextInput } from "@mantine/core";
import { add, compact, CONSTRAINT_TYPES, type Constraint, type Entity } from "@torque/model";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { MultiSelect, Select } from "../parts/choices";
import { PanelSection } from "../parts/EditPanel";
import { OptionalLabel } from "../parts/OptionalLabel";
import parts from "../parts/parts.module.css";
import { PartName, PartPanel } from "./PartPanel";
import { PartTab } from "./PartTab";
import { partIdOf } from "./partId";
import { useDraft } from "./useDraft";

const NEW: Constraint = { type: "UniqueKey", name: "", fields: [] };

/** Rules over several fields. */
export function ConstraintsTab({ entity, head }: { entity: Entity; head: ReactNode }) {
  const { t } = useTranslation("editor");
  return (
    <PartTab
      head={head}
      words="constraints"
      parameter="constraint"
      all={entity.constraints ?? []}
      idOf={(one) => partIdOf(entity, one)}
      columns={[t("fields.type"), t("constraints.on"), t("rules.message")]}
      cells={(one) => [t(`constraintType.${one.type}`), <code key="on">{one.expression ?? one.fields?.join(", ")}</code>, one.message ?? "–"]}
      panel={(one, show) => <ConstraintPanel key={one ? partIdOf(entity, one) : "new"} entity={entity} constraint={one} onShow={show} />}
    />
  );
}

type PanelProps = { entity: Entity; constraint: Constraint | undefined; onShow: (id: string | null) => void };

function ConstraintPanel({ entity, constraint, onShow }: PanelProps) {
  const { t } = useTranslation("editor");
  const id = constraint && partIdOf(entity, constraint);
  const draft = useDraft("Constraint", id, constraint ?? NEW, compact<Constraint>);
  const { value } = draft;
  const check = value.type === "Check";
  const taken = entity.constraints?.some((one) => one !== constraint && one.name === value.name);
  const nameError = value.name ? (taken ? t("name.taken") : undefined) : t("name.empty");
  const contentError = check ? (value.expression ? undefined : t("constraints.noExpression")) : value.fields?.length ? undefined : t("indexes.noFields");
  return (
    <PartPanel
      kind="Constraint"
      words="constraints"
      id={id}
      stored={constraint ?? NEW}
      draft={draft}
      changes={id === undefined ? [add("Constraint", compact(value), { parent: entity.id })] : draft.changes}
      errors={(nameError ? 1 : 0) + (contentError ? 1 : 0)}
      refusals={[`invalid-expression/${entity.id}/${value.name}`]}
      idAfter={partIdOf(entity, value)}
      onShow={onShow}
    >
      {(checked, refusal) => (
        <PanelSection>
          <PartName value={value.name} error={checked ? nameError : undefined} isNew={id === undefined} onChange={(name) => { draft.edit({ name }); }} />
          <Select
            label={t("fields.type")}
            allowDeselect={false}
            data={CONSTRAINT_TYPES.map((type) => ({ value: type, label: t(`constraintType.${type}`) }))}
            value={value.type}
            onChange={(type) => { draft.edit({ type: type ?? "UniqueKey", expression: undefined }); }}
          />
          {check ? (
            <>
              <Textarea
                label={t("constraints.expression")}
                description={t("constraints.expressionHelp")}
                required
                autosize
                spellCheck={false}
                classNames={{ input: parts.monoInput }}
                value={value.expression ?? ""}
                error={refusal ?? (checked ? contentError : undefined)}
                onChange={(event) => { draft.edit({ expression: event.currentTarget.value || undefined }); }}
              />
              <Select
                label={<OptionalLabel>{t("constraints.at")}</OptionalLabel>}
                clearable
                data={entity.fields.map((field) => field.name)}
                value={value.fields?.[0] ?? null}
                onChange={(field) => { draft.edit({ fields: field ? [field] : [] }); }}
              />
            </>
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
      )}
    </PartPanel>
  );
}
