import { add, CASCADES, compact, entityLabel, freeId, RELATIONSHIP_TYPES, update, type Change, type Entity, type ModelDocument, type Relationship } from "@torque/model";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { PanelSection } from "../parts/EditPanel";
import { PartName, PartPanel } from "./PartPanel";
import { CARDINALITY } from "./relationships";
import { useDraft } from "./useDraft";

export type RelationshipPanelProps = {
  entity: Entity;
  relationship: Relationship | undefined;
  onShow: (id: string | null) => void;
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

/** What adds or changes the relationship, with the reference field it lacks before it. */
function changesOf(document: ModelDocument, value: Relationship, id: string | undefined, idAfter: string, edits: Change[]): Change[] {
  const holder = holderOf(value);
  const made = newReference(document, value);
  const own = made && holder ? { [holder.member]: made.field } : {};
  const field = made ? [made.change] : [];
  if (id === undefined) return [...field, add("Relationship", { ...compact({ ...value, ...own }), id: idAfter })];
  return [...field, ...edits, ...(made ? [update("Relationship", id, { set: own })] : [])];
}

export function RelationshipPanel({ entity, relationship, onShow }: RelationshipPanelProps) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const entities = document.entities ?? [];
  const [blank] = useState<Relationship>({ id: "", name: "", type: "ManyToOne", from_entity: entity.name, to_entity: entities.find((one) => one !== entity)?.name ?? entity.name });
  const stored = relationship ?? blank;
  const draft = useDraft("Relationship", relationship?.id, stored, compact<Relationship>);
  const { value } = draft;
  const holder = holderOf(value);
  const references = referencesOf(document, holder);
  const choices = entities.map((one) => ({ value: one.name, label: entityLabel(one) }));
  const nameError = value.name ? undefined : t("name.empty");
  const idAfter = relationship?.id ?? freeId(document, "Relationship", `relationship_${value.name}`);
  return (
    <PartPanel
      kind="Relationship"
      words="relationships"
      id={relationship?.id}
      stored={stored}
      draft={draft}
      changes={relationship && !draft.changes.length ? [] : changesOf(document, value, relationship?.id, idAfter, draft.changes)}
      errors={nameError ? 1 : 0}
      idAfter={idAfter}
      onShow={onShow}
    >
      {(checked) => (
        <PanelSection>
          <PartName value={value.name} error={checked ? nameError : undefined} isNew={!relationship} onChange={(name) => { draft.edit({ name }); }} />
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
      )}
    </PartPanel>
  );
}
