import { useMatches } from "@mantine/core";
import { useCounts, useRuntime, type Address } from "@torque/runtime";
import { IconButton } from "@torque/ui";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { useCommands } from "../frame/CommandProvider";
import type { Command } from "../frame/commands";
import { IconDownload, IconList, IconPlant, IconTrash, IconUpload } from "../icons";
import { useDocument, useOpenModel } from "../model/ModelProvider";
import { EmptyRow, Failure, LoadingRows } from "../parts/States";
import { SplitPane } from "../parts/SplitPane";
import { AppRuntime } from "../runtime/AppRuntime";
import { useBrowserAddress } from "../runtime/addresses";
import { useRunning } from "../runtime/useApplications";
import { EntityNav } from "./EntityNav";
import type { Counts } from "./counts";
import { Records, type Task } from "./Records";
import classes from "./data.module.css";

/** What can be done with the records of an application beside looking at them. */
function useDataActions(address: Address, onTask: (task: Task) => void): readonly Command[] {
  const { t } = useTranslation("editor");
  const { set } = address;
  const actions = useMemo<Command[]>(
    () => [
      { id: "data-import", group: "commands", title: t("data.import"), icon: IconUpload, run: () => { set({ file: "import" }); } },
      { id: "data-generate", group: "commands", title: t("data.generate"), icon: IconPlant, run: () => { onTask("generate"); } },
      { id: "data-export", group: "commands", title: t("data.export"), icon: IconDownload, run: () => { set({ file: "export" }); } },
      { id: "data-delete", group: "commands", title: t("data.delete"), icon: IconTrash, run: () => { onTask("delete"); } },
    ],
    [t, set, onTask],
  );
  useCommands(actions);
  return actions;
}

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
  const address = useBrowserAddress();
  const [listed, setListed] = useState(false);
  const [counts, setCounts] = useState<Counts>({});
  const [task, setTask] = useState<Task>("none");
  const actions = useDataActions(address, setTask);
  // There the list of entities lies over the records instead of beside them.
  const narrow = useMatches({ base: true, md: false }, { getInitialValueInEffect: false });
  const { applications, error, reload } = useRunning();
  const entities = document.entities ?? [];
  const application = applications?.find((one) => one.name === name) ?? applications?.[0];
  const wanted = entityName ?? parameters.get("entity");
  const entity = entities.find((one) => one.name === wanted) ?? entities[0];
  if (!applications) return error === undefined ? <LoadingRows /> : <Failure error={error} onRetry={reload} />;
  if (!application) return <EmptyRow>{t("data.notRunning")}</EmptyRow>;
  if (!entity) return <EmptyRow>{t("data.noEntities")}</EmptyRow>;
  const side = (
    <EntityNav
      base={`/models/${ref}/data`}
      applications={applications}
      application={application}
      entities={entities}
      entity={entity}
      counts={counts}
      actions={actions}
      onChoose={() => { setListed(false); }}
    />
  );
  const toList = (
    <IconButton label={t("entities.title")} onClick={() => { setListed(true); }}>
      <IconList size={16} stroke={1.6} />
    </IconButton>
  );
  return (
    <SplitPane side="start" name="data" label={t("frame.resize")} initial={208} pane={side} overlay={listed}>
      <div className={classes.browser}>
        <AppRuntime key={application.id} application={application.name} address={address}>
          <Counted entities={entities.map((one) => one.name).join(" ")} onCounts={setCounts} />
          <Records
            key={entity.id}
            application={application}
            entity={entity}
            address={address}
            counts={counts}
            start={narrow && toList}
            task={task}
            onTaskEnd={() => { setTask("none"); }}
          />
        </AppRuntime>
      </div>
    </SplitPane>
  );
}
