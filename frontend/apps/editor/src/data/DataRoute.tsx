import { entityLabel } from "@torque/model";
import { PageView } from "@torque/runtime";
import { IconButton, NamedIcon } from "@torque/ui";
import { IconList } from "../icons";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useDocument, useOpenModel } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { PartLink } from "../parts/PartNav";
import { EmptyRow, Failure, LoadingRows } from "../parts/States";
import { SplitPane } from "../parts/SplitPane";
import list from "../parts/list.module.css";
import { AppRuntime } from "../runtime/AppRuntime";
import { useBrowserAddress } from "../runtime/addresses";
import { useRunning } from "../runtime/useApplications";
import { browsePage } from "../runtime/wirePage";
import classes from "./data.module.css";

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
            onChoose={() => {
              setListed(false);
            }}
          />
        ))}
      </ul>
    </nav>
  );
  return (
    <SplitPane side="start" name="data" label={t("frame.resize")} initial={208} pane={side} overlay={listed}>
      <div className={classes.browser}>
        <span className={classes.narrowOnly}>
          <IconButton
            label={t("entities.title")}
            onClick={() => {
              setListed(true);
            }}
          >
            <IconList size={16} stroke={1.6} />
          </IconButton>
        </span>
        <AppRuntime key={application.id} application={application.name} address={address}>
          <PageView key={entity.id} page={page} />
        </AppRuntime>
      </div>
    </SplitPane>
  );
}
