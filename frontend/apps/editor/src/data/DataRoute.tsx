import { useMatches } from "@mantine/core";
import { entityLabel } from "@torque/model";
import { PageView, useCounts, useRuntime } from "@torque/runtime";
import { IconButton, NamedIcon, useLocale } from "@torque/ui";
import { IconList } from "../icons";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useDocument, useOpenModel } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { LinkEnd, PartLink } from "../parts/PartNav";
import { EmptyRow, Failure, LoadingRows } from "../parts/States";
import { SplitPane } from "../parts/SplitPane";
import list from "../parts/list.module.css";
import { AppRuntime } from "../runtime/AppRuntime";
import { useBrowserAddress } from "../runtime/addresses";
import { useRunning } from "../runtime/useApplications";
import { browsePage } from "../runtime/wirePage";
import classes from "./data.module.css";

/** How many records there are of each entity, by its name; one that is not known yet is missing. */
type Counts = Readonly<Record<string, number>>;

/** Tells the list beside the records how many there are, as long as the application is on show. */
function Counted({ entities, onCounts }: { entities: string; onCounts: (counts: Counts) => void }) {
  const { client } = useRuntime();
  const known = JSON.stringify(Object.fromEntries(useCounts(client, entities.split(" "))));
  useEffect(() => {
    onCounts(JSON.parse(known) as Counts);
  }, [known, onCounts]);
  return null;
}

/** The records of one application, entity by entity. */
export function DataRoute() {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const document = useDocument();
  const { application: name, entity: entityName } = useParams();
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const address = useBrowserAddress();
  const [listed, setListed] = useState(false);
  const [counts, setCounts] = useState<Counts>({});
  // There the list of entities lies over the records instead of beside them.
  const narrow = useMatches({ base: true, md: false }, { getInitialValueInEffect: false });
  const figure = new Intl.NumberFormat(useLocale());
  const { applications, error, reload } = useRunning();
  const entities = document.entities ?? [];
  const application = applications?.find((one) => one.name === name) ?? applications?.[0];
  const wanted = entityName ?? parameters.get("entity");
  const entity = entities.find((one) => one.name === wanted) ?? entities[0];
  const page = useMemo(() => entity && browsePage(entity, document, t("data.new", { name: entityLabel(entity) })), [entity, document, t]);
  if (!applications) return error === undefined ? <LoadingRows /> : <Failure error={error} onRetry={reload} />;
  if (!application) return <EmptyRow>{t("data.notRunning")}</EmptyRow>;
  if (!entity || !page) return <EmptyRow>{t("data.noEntities")}</EmptyRow>;
  const base = `/models/${ref}/data/${application.name}`;
  const side = (
    <nav aria-label={t("entities.title")} className={list.list}>
      <header className={classes.choose}>
        <Select
          aria-label={t("data.application")}
          allowDeselect={false}
          data={applications.map((one) => ({ value: one.name, label: one.label }))}
          value={application.name}
          onChange={(next) => void navigate(`/models/${ref}/data/${next ?? ""}/${entity.name}`)}
        />
      </header>
      <ul>
        {entities.map((one) => (
          <PartLink
            key={one.id}
            to={`${base}/${one.name}`}
            icon={<NamedIcon name={one.ui_config?.icon ?? "table"} />}
            name={entityLabel(one)}
            current={one === entity}
            end={counts[one.name] !== undefined && <LinkEnd>{figure.format(counts[one.name] ?? 0)}</LinkEnd>}
            onChoose={() => {
              setListed(false);
            }}
          />
        ))}
      </ul>
    </nav>
  );
  const toList = (
    <IconButton
      label={t("entities.title")}
      onClick={() => {
        setListed(true);
      }}
    >
      <IconList size={16} stroke={1.6} />
    </IconButton>
  );
  return (
    <SplitPane side="start" name="data" label={t("frame.resize")} initial={208} pane={side} overlay={listed}>
      <div className={classes.browser}>
        <AppRuntime key={application.id} application={application.name} address={address}>
          <Counted entities={entities.map((one) => one.name).join(" ")} onCounts={setCounts} />
          <PageView key={entity.id} page={page} start={narrow && toList} detail={<code>{entity.name}</code>} />
        </AppRuntime>
      </div>
    </SplitPane>
  );
}
