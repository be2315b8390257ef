import { entityLabel, type Entity } from "@torque/model";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDocument } from "../model/ModelProvider";
import { PartTab } from "./PartTab";
import { RelationshipPanel } from "./RelationshipPanel";
import { CARDINALITY, relationshipsOf } from "./relationships";
import classes from "./entities.module.css";

/** The links of an entity to others, at either end. */
export function RelationshipsTab({ entity, head }: { entity: Entity; head: ReactNode }) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const label = (name: string): string => {
    const found = document.entities?.find((candidate) => candidate.name === name);
    return found ? entityLabel(found) : name;
  };
  return (
    <PartTab
      head={head}
      words="relationships"
      parameter="relationship"
      all={relationshipsOf(document, entity)}
      idOf={(one) => one.id}
      columns={[t("relationships.from"), t("relationships.type"), t("relationships.to"), t("relationships.cascade")]}
      cells={(one) => [
        <End key="from" label={label(one.from_entity)} field={one.from_field} />,
        <span key="type">
          <code className={classes.cardinality}>{CARDINALITY[one.type]}</code> {t(`relationshipType.${one.type}`)}
        </span>,
        <End key="to" label={label(one.to_entity)} field={one.to_field} />,
        t(`cascade.${one.cascade ?? "None"}`),
      ]}
      panel={(one, show) => <RelationshipPanel key={one?.id ?? "new"} entity={entity} relationship={one} onShow={show} />}
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
