import { IconPlus } from "../icons";
import type { Entity } from "@torque/model";
import { Button } from "@torque/ui";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useParams } from "react-router";
import { useCommands } from "../frame/CommandProvider";
import { useDocument, useOpenModel } from "../model/ModelProvider";
import { SplitPane } from "../parts/SplitPane";
import { AddEntity } from "./AddEntity";
import { EntityEditor } from "./EntityEditor";
import { EntityList } from "./EntityList";
import classes from "./entities.module.css";

/** The data model: entities at the start, the chosen one in the main area. */
export function EntitiesRoute() {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const { entity: id } = useParams();
  const { search } = useLocation();
  const { entities = [] } = useDocument();
  const [adding, setAdding] = useState(false);
  const [listed, setListed] = useState(false);
  const add = (): void => {
    setAdding(true);
  };
  useCommands(useMemo(() => [{ id: "add-entity", group: "commands", title: t("entities.add"), keys: "E", icon: IconPlus, run: add }], [t]));

  const chosen = entities.find((entity) => entity.id === id || entity.name === id);
  const [first] = entities;
  if (!chosen && first && id === undefined) return <Navigate to={`/models/${ref}/entities/${first.id}${search}`} replace />;
  const list = (
    <EntityList
      entities={entities}
      chosen={chosen?.id}
      onAdd={add}
      onChoose={() => {
        setListed(false);
      }}
    />
  );
  return (
    <>
      <SplitPane side="start" name="entities" label={t("frame.resize")} initial={208} pane={list} overlay={listed}>
        {chosen ? (
          <EntityEditor
            key={chosen.id}
            entity={chosen}
            onList={() => {
              setListed(true);
            }}
          />
        ) : (
          <Nothing unknown={id !== undefined} entities={entities} onAdd={add} />
        )}
      </SplitPane>
      <AddEntity
        opened={adding}
        onClose={() => {
          setAdding(false);
        }}
      />
    </>
  );
}

function Nothing({ unknown, entities, onAdd }: { unknown: boolean; entities: readonly Entity[]; onAdd: () => void }) {
  const { t } = useTranslation("editor");
  return (
    <div className={classes.nothing}>
      <h1>{t(unknown && entities.length ? "entities.unknown" : "entities.first")}</h1>
      <p>{t(unknown && entities.length ? "entities.unknownText" : "entities.firstText")}</p>
      <Button kind="primary" icon={<IconPlus size={16} stroke={1.8} />} shortcut="E" onClick={onAdd}>
        {t("entities.add")}
      </Button>
    </div>
  );
}
