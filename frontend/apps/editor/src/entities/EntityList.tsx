import { TextInput } from "@mantine/core";
import { IconPlus, IconSearch } from "../icons";
import { entityLabel, worst, type Entity } from "@torque/model";
import { IconButton, NamedIcon } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useOpenModel, useSessionState } from "../model/ModelProvider";
import { Severity } from "../parts/Severity";
import classes from "../parts/list.module.css";

export type EntityListProps = { entities: readonly Entity[]; chosen: string | undefined; onAdd: () => void; onChoose: () => void };

/** Every entity with its icon, what verification says about it, and its count of fields. */
export function EntityList({ entities, chosen, onAdd, onChoose }: EntityListProps) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const { findings } = useSessionState();
  const [searching, setSearching] = useState(false);
  const [search, setSearch] = useState("");
  const shown = entities.filter((entity) => `${entityLabel(entity)} ${entity.name}`.toLowerCase().includes(search.toLowerCase()));
  return (
    <nav aria-label={t("entities.title")} className={classes.list}>
      <header>
        <h2>
          {t("entities.title")} <span>{entities.length}</span>
        </h2>
        <IconButton
          label={t("entities.search")}
          expanded={searching}
          onClick={() => {
            setSearching(!searching);
            setSearch("");
          }}
        >
          <IconSearch size={16} stroke={1.6} />
        </IconButton>
        <IconButton label={t("entities.add")} onClick={onAdd}>
          <IconPlus size={16} stroke={1.6} />
        </IconButton>
      </header>
      {searching && (
        <TextInput
          className={classes.search}
          aria-label={t("entities.search")}
          placeholder={t("entities.search")}
          autoFocus
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
          }}
        />
      )}
      <ul>
        {shown.map((entity) => {
          const at = entities.indexOf(entity);
          const level = worst(findings.filter((finding) => finding.severity !== "Info" && `${finding.pointer}/`.startsWith(`/entities/${String(at)}/`)));
          return (
            <li key={entity.id}>
              <Link to={`/models/${ref}/entities/${entity.id}`} aria-current={entity.id === chosen ? "page" : undefined} onClick={onChoose}>
                <NamedIcon name={entity.ui_config?.icon ?? "table"} />
                <span className={classes.name}>{entityLabel(entity)}</span>
                {level && <Severity level={level} size={14} />}
                <span className={classes.count}>{entity.fields.length}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      {entities.length > 0 && shown.length === 0 && <p className={classes.none}>{t("entities.noMatch")}</p>}
    </nav>
  );
}
