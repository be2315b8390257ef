import { entityLabel, type Entity } from "@torque/model";
import { IconButton, NamedIcon } from "@torque/ui";
import { IconList, IconTable } from "../icons";
import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useCurrentInSight } from "../frame/useCurrentInSight";
import { useDocument, useOpenModel } from "../model/ModelProvider";
import { RemovableMenu } from "../parts/RemovableMenu";
import { Tag } from "../parts/Tag";
import { ConstraintsTab } from "./ConstraintsTab";
import { EntitySettings } from "./EntitySettings";
import { FieldsTab } from "./FieldsTab";
import { HooksTab } from "./HooksTab";
import { IndexesTab } from "./IndexesTab";
import { RelationshipsTab } from "./RelationshipsTab";
import { relationshipsOf } from "./relationships";
import classes from "./entities.module.css";

const TABS = ["fields", "relationships", "constraints", "indexes", "hooks", "settings"] as const;
type TabName = (typeof TABS)[number];

/** One entity: its name, its parts by tab, and the part that is being edited beside them. */
export function EntityEditor({ entity, onList }: { entity: Entity; onList: () => void }) {
  const [parameters] = useSearchParams();
  const document = useDocument();
  const tab = TABS.find((name) => name === parameters.get("tab")) ?? "fields";
  const counts: Partial<Record<TabName, number>> = {
    fields: entity.fields.length,
    relationships: relationshipsOf(document, entity).length,
    constraints: entity.constraints?.length ?? 0,
    indexes: entity.indexes?.length ?? 0,
    hooks: entity.lifecycle_hooks?.length ?? 0,
  };
  const head = (
    <>
      <EntityHead entity={entity} onList={onList} />
      <EntityTabs entity={entity} tab={tab} counts={counts} />
    </>
  );
  return (
    <>
      {tab === "fields" && <FieldsTab entity={entity} head={head} />}
      {tab === "relationships" && <RelationshipsTab entity={entity} head={head} />}
      {tab === "constraints" && <ConstraintsTab entity={entity} head={head} />}
      {tab === "indexes" && <IndexesTab entity={entity} head={head} />}
      {tab === "hooks" && (
        <>
          {head}
          <HooksTab entity={entity} />
        </>
      )}
      {tab === "settings" && (
        <>
          {head}
          <EntitySettings entity={entity} />
        </>
      )}
    </>
  );
}

function EntityHead({ entity, onList }: { entity: Entity; onList: () => void }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const label = entityLabel(entity);
  return (
    <header className={classes.head}>
      <span className={classes.narrowOnly}>
        <IconButton label={t("entities.title")} onClick={onList}>
          <IconList size={16} stroke={1.6} />
        </IconButton>
      </span>
      <NamedIcon name={entity.ui_config?.icon ?? "table"} />
      <h1>{label}</h1>
      <code>{entity.name}</code>
      <Tag>{t(`entityKind.${entity.kind ?? "Data"}`)}</Tag>
      <span className={classes.headEnd}>
        <RemovableMenu words="entities" kind="Entity" id={entity.id} name={label} position="bottom-end">
          <Menu.Item component={Link} to={`/models/${ref}/data?entity=${entity.name}`} leftSection={<IconTable size={16} stroke={1.6} />}>
            {t("entities.showData")}
          </Menu.Item>
        </RemovableMenu>
      </span>
    </header>
  );
}

function EntityTabs({ entity, tab, counts }: { entity: Entity; tab: TabName; counts: Partial<Record<TabName, number>> }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const list = useCurrentInSight(tab);
  return (
    <nav ref={list} aria-label={t("entities.parts")} className={classes.tabs}>
      {TABS.map((name) => (
        <Link
          key={name}
          to={`/models/${ref}/entities/${entity.id}${name === "fields" ? "" : `?tab=${name}`}`}
          aria-current={name === tab ? "page" : undefined}
        >
          {t(`entities.tab.${name}`)}
          {counts[name] !== undefined && <span>{counts[name]}</span>}
        </Link>
      ))}
    </nav>
  );
}
