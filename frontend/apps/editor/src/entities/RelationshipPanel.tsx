import { Select, TextInput } from "@mantine/core";
import { add, CASCADES, compact, entityLabel, freeId, RELATIONSHIP_TYPES, type Change, type Entity, type ModelDocument, type Relationship } from "@torque/model";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommit, useDocument } from "../model/ModelProvider";
import { EditPanel, PanelSection } from "../parts/EditPanel";
import parts from "../parts/parts.module.css";
import { CARDINALITY } from "./relationships";
import { useDraft } from "./useDraft";

export type RelationshipPanelProps = {
  entity: Entity;
  relationship: Relationship | undefined;
  onShow: (id: string | null) => void;
  onRemove?: () => void;
};

/** The end that holds the reference, for links to one. */
function holderOf({ type, from_entity, to_entity }: Relationship): { entity: string; target: string; member: "from_field" | "to_field" } | undefined {
  if (type === "ManyToMany") return undefined;
  return type === "OneToMany"
    ? { entity: to_entity, target: from_entity, member: "to_field" }
    : { entity: from_entity, target: to_entity, member: "from_field" };
}

function referencesOf(document: ModelDocument, holder: { entity: string; target: string } | undefined): string[] {
  const entity = document.entities?.find((one) => one.name === holder?.entity);
  return (entity?.fields ?? []).filter(({ field_type }) => field_type.type === "Reference" && field_type.entity === holder?.target).map((field) => field.name);
}

/** Adds the Reference field a link to one needs, when none was chosen. */
function newReference(document: ModelDocument, relationship: Relationship): { field: string; change: Change } | undefined {
  const holder = holderOf(relationship);
  const entity = document.entities?.find((one) => one.name === holder?.entity);
  if (!holder || !entity || relationship[holder.member]) return undefined;
  let field = `${holder.target}_id`;
  for (let n = 2; entity.fields.some((one) => one.name === field); n += 1) field = `${holder.target}_id_${String(n)}`;
  const id = freeId(document, "Field", `field_${entity.name}_${field}`);
  const value = { id, name: field, field_type: { type: "Reference", entity: holder.target }, indexed: true };
  return { field, change: add("Field", value, { parent: entity.id }) };
}

export function RelationshipPanel({ entity, relationship, onShow, onRemove }: RelationshipPanelProps) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const commit = useCommit();
  const entities = document.entities ?? [];
  const [blank] = useState<Relationship>({ id: "", name: "", type: "ManyToOne", from_entity: entity.name, to_entity: entities.find((one) => one !== entity)?.name ?? entity.name });
  const draft = useDraft("Relationship", relationship?.id, relationship ?? blank, compact<Relationship>);
  const [checked, setChecked] = useState(false);
  const { value } = draft;
  const holder = holderOf(value);
  const references = referencesOf(document, holder);
  const choices = entities.map((one) => ({ value: one.name, label: entityLabel(one) }));
  const nameError = value.name ? undefined : t("name.empty");
  const apply = (): void => {
    setChecked(true);
    if (nameError) return;
    const made = newReference(document, value);
    const withField = made && holder ? { ...value, [holder.member]: made.field } : value;
    if (relationship) {
      const set = made && holder ? [{ type: "UpdateRelationship" as const, target: relationship.id, set: { [holder.member]: made.field } }] : [];
      if (commit([...(made ? [made.change] : []), ...draft.changes, ...set], t("relationships.changed", { name: value.name }))) draft.discard();
      return;
    }
    const id = freeId(document, "Relationship", `relationship_${value.name}`);
    if (commit([...(made ? [made.change] : []), add("Relationship", { ...compact(withField), id })], t("relationships.added", { name: value.name }))) onShow(id);
  };
  return (
    <EditPanel
      title={relationship?.name ?? t("relationships.new")}
      changes={draft.count}
      errors={checked && nameError ? 1 : 0}
      verb={t(relationship ? "panel.apply" : "relationships.add")}
      onApply={apply}
      onDiscard={draft.discard}
      onClose={() => { onShow(null); }}
      onRemove={onRemove}
    >
      <PanelSection>
        <TextInput
          label={t("fields.name")}
          required
          autoFocus={!relationship}
          spellCheck={false}
          classNames={{ input: parts.monoInput }}
          value={value.name}
          error={checked ? nameError : undefined}
          onChange={(event) => { draft.edit({ name: event.currentTarget.value }); }}
        />
        <Select label={t("relationships.from")} allowDeselect={false} data={choices} value={value.from_entity} onChange={(next) => { draft.edit({ from_entity: next ?? entity.name, from_field: undefined, to_field: undefined }); }} />
        <Select
          label={t("relationships.type")}
          allowDeselect={false}
          data={RELATIONSHIP_TYPES.map((type) => ({ value: type, label: `${CARDINALITY[type]}  ${t(`relationshipType.${type}`)}` }))}
          value={value.type}
          onChange={(type) => { draft.edit({ type: type ?? "ManyToOne", from_field: undefined, to_field: undefined }); }}
        />
        <Select label={t("relationships.to")} allowDeselect={false} data={choices} value={value.to_entity} onChange={(next) => { draft.edit({ to_entity: next ?? entity.name, from_field: undefined, to_field: undefined }); }} />
        {holder && (
          <Select
            label={t("relationships.field", { entity: choices.find((one) => one.value === holder.entity)?.label ?? holder.entity })}
            description={references.length ? undefined : t("relationships.newField")}
            clearable
            placeholder={t("relationships.madeField", { name: `${holder.target}_id` })}
            data={references}
            value={value[holder.member] ?? null}
            onChange={(field) => { draft.edit({ [holder.member]: field ?? undefined }); }}
          />
        )}
        <Select
          label={t("relationships.cascade")}
          description={t("relationships.cascadeHelp")}
          allowDeselect={false}
          data={CASCADES.map((cascade) => ({ value: cascade, label: t(`cascade.${cascade}`) }))}
          value={value.cascade ?? "None"}
          onChange={(cascade) => { draft.edit({ cascade: cascade === "None" ? undefined : (cascade ?? undefined) }); }}
        />
      </PanelSection>
    </EditPanel>
  );
}
