import { entityLabel, type Entity } from "@torque/model";
import { NamedIcon, useLocale } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Application } from "../api/types";
import type { Command } from "../frame/commands";
import { Select } from "../parts/choices";
import { LinkEnd, PartLink } from "../parts/PartNav";
import list from "../parts/list.module.css";
import classes from "./data.module.css";

export type EntityNavProps = {
  /** Address of the data of the model. */
  base: string;
  applications: readonly Application[];
  application: Application;
  entities: readonly Entity[];
  entity: Entity;
  /** How many records there are of each entity, by its name. */
  counts: Readonly<Record<string, number>>;
  /** What can be done with the records, below the list. */
  actions: readonly Command[];
  onChoose: () => void;
};

/** Whose records: the application, its entities with their counts, and what can be done with all of them. */
export function EntityNav({ base, applications, application, entities, entity, counts, actions, onChoose }: EntityNavProps) {
  const { t } = useTranslation("editor");
  const navigate = useNavigate();
  const figure = new Intl.NumberFormat(useLocale());
  return (
    <nav aria-label={t("entities.title")} className={list.list}>
      <header className={classes.choose}>
        <Select
          aria-label={t("data.application")}
          allowDeselect={false}
          data={applications.map((one) => ({ value: one.name, label: one.label }))}
          value={application.name}
          onChange={(next) => void navigate(`${base}/${next ?? ""}/${entity.name}`)}
        />
      </header>
      <ul>
        {entities.map((one) => (
          <PartLink
            key={one.id}
            to={`${base}/${application.name}/${one.name}`}
            icon={<NamedIcon name={one.ui_config?.icon ?? "table"} />}
            name={entityLabel(one)}
            current={one === entity}
            end={counts[one.name] !== undefined && <LinkEnd>{figure.format(counts[one.name] ?? 0)}</LinkEnd>}
            onChoose={onChoose}
          />
        ))}
      </ul>
      <ul className={classes.actions} aria-label={t("data.actions")}>
        {actions.map(({ id, title, icon: Icon, run }) => (
          <li key={id}>
            <button type="button" onClick={() => { onChoose(); run(); }}>
              {Icon && <Icon size={16} stroke={1.6} />}
              {title}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
