import { entityLabel, remove, type Entity } from "@torque/model";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCommit, useDocument } from "../model/ModelProvider";
import { usePart } from "../parts/usePart";
import { PartTab } from "./PartTab";
import { RelationshipPanel } from "./RelationshipPanel";
import { CARDINALITY, relationshipsOf } from "./relationships";
import classes from "./entities.module.css";

/** The links of an entity to others, at either end. */
export function RelationshipsTab({ entity, head }: { entity: Entity; head: ReactNode }) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const commit = useCommit();
  const { open, show } = usePart("relationship");
  const relationships = relationshipsOf(document, entity);
  const relationship = relationships.find((candidate) => candidate.id === open);
  const label = (name: string): string => {
    const found = document.entities?.find((candidate) => candidate.name === name);
    return found ? entityLabel(found) : name;
  };
  return (
    <PartTab
      head={head}
      about={t("relationships.about")}
      addLabel={t("relationships.add")}
      none={t("relationships.none")}
      columns={[t("fields.name"), t("relationships.from"), t("relationships.type"), t("relationships.to"), t("relationships.cascade")]}
      rows={relationships.map((one) => ({
        id: one.id,
        name: one.name,
        cells: [
          <End key="from" label={label(one.from_entity)} field={one.from_field} />,
          <span key="type">
            <code className={classes.cardinality}>{CARDINALITY[one.type]}</code> {t(`relationshipType.${one.type}`)}
          </span>,
          <End key="to" label={label(one.to_entity)} field={one.to_field} />,
          t(`cascade.${one.cascade ?? "None"}`),
        ],
      }))}
      open={open}
      onOpen={show}
      panel={
        (relationship || open === "new") && (
          <RelationshipPanel
            key={open}
            entity={entity}
            relationship={relationship}
            onShow={show}
            onRemove={
              relationship &&
              (() => {
                if (commit([remove("Relationship", relationship.id)], t("relationships.removed", { name: relationship.name }))) show(null);
              })
            }
          />
        )
      }
    />
  );
}

function End({ label, field }: { label: string; field: string | null | undefined }) {
  return (
    <>
      {label} {field && <code className={classes.muted}>{field}</code>}
    </>
  );
}
