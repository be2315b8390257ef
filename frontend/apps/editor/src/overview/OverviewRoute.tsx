import { IconDatabase, IconDownload, IconLayout } from "../icons";
import { Button } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useExport } from "../models/useExport";
import { useDocument, useOpenModel } from "../model/ModelProvider";
import { SplitPane } from "../parts/SplitPane";
import { Applications } from "./Applications";
import { ModelMenu } from "./ModelMenu";
import { RevisionPane } from "./Revisions";
import { Strip } from "./Strip";
import { Verification } from "./Verification";
import classes from "./overview.module.css";

/** What a model holds, where it runs, what is wrong with it, and what happened to it. */
export function OverviewRoute() {
  const { t } = useTranslation("editor");
  const { id, ref } = useOpenModel();
  const document = useDocument();
  const navigate = useNavigate();
  const download = useExport();
  return (
    <SplitPane side="end" name="overview" label={t("frame.resize")} initial={376} pane={<RevisionPane />} narrow="below">
      <header className={classes.head}>
        <div className={classes.title}>
          <h1>
            {document.display_name ?? document.name} <code>{[document.name, document.version].filter(Boolean).join(" ")}</code>
          </h1>
          {document.description && <p>{document.description}</p>}
        </div>
        <div className={classes.actions}>
          <Button
            icon={<IconDownload size={16} stroke={1.6} />}
            onClick={() => {
              download({ id, name: document.name });
            }}
          >
            {t("models.export")}
          </Button>
          <Button icon={<IconDatabase size={16} stroke={1.6} />} onClick={() => void navigate(`/models/${ref}/entities`)}>
            {t("overview.editData")}
          </Button>
          <Button icon={<IconLayout size={16} stroke={1.6} />} onClick={() => void navigate(`/models/${ref}/pages`)}>
            {t("overview.editPages")}
          </Button>
          <ModelMenu />
        </div>
      </header>
      <Strip document={document} />
      <Applications />
      <Verification />
    </SplitPane>
  );
}
