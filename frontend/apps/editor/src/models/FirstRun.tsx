import { UnstyledButton } from "@mantine/core";
import { IconChevronRight, IconPlugConnected, IconPlus, IconUpload } from "../icons";
import { Kbd } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CopyLine } from "../parts/CopyLine";
import { SplitPane } from "../parts/SplitPane";
import classes from "./models.module.css";

export type FirstRunProps = { onCreate: () => void; onImport: () => void };

/** No model yet: the ways to a first one. */
export function FirstRun({ onCreate, onImport }: FirstRunProps) {
  const { t } = useTranslation("editor");
  return (
    <SplitPane side="end" name="first-run" label={t("frame.resize")} initial={480} pane={<Agent />} narrow="below">
      <div className={classes.first}>
        <h1>{t("first.title")}</h1>
        <p>{t("first.text")}</p>
        <Choice icon={<IconPlus size={20} stroke={1.6} />} title={t("first.blank")} text={t("first.blankText")} shortcut="N" onClick={onCreate} autoFocus />
        <Choice icon={<IconUpload size={20} stroke={1.6} />} title={t("first.import")} text={t("first.importText")} shortcut="I" onClick={onImport} />
        <p className={classes.drop}>{t("first.drop")}</p>
      </div>
    </SplitPane>
  );
}

type ChoiceProps = { icon: ReactNode; title: string; text: string; shortcut: string; onClick: () => void; autoFocus?: boolean };

function Choice({ icon, title, text, shortcut, onClick, autoFocus }: ChoiceProps) {
  return (
    <UnstyledButton className={classes.choice} onClick={onClick} autoFocus={autoFocus}>
      <span className={classes.choiceIcon}>{icon}</span>
      <span className={classes.choiceText}>
        <b>{title}</b>
        <span>{text}</span>
      </span>
      <Kbd>{shortcut}</Kbd>
      <IconChevronRight size={16} stroke={1.6} aria-hidden="true" />
    </UnstyledButton>
  );
}

function Agent() {
  const { t } = useTranslation("editor");
  return (
    <aside className={classes.agent} aria-label={t("first.agent")}>
      <h2>
        <IconPlugConnected size={20} stroke={1.6} aria-hidden="true" /> {t("first.agent")}
      </h2>
      <p>{t("first.agentText")}</p>
      <CopyLine label={t("first.address")} text={`${window.location.origin}/mcp`} />
      <CopyLine label={t("first.stdio")} text="torque mcp" />
      <CopyLine label={t("first.token")} text="torque token create agent --role admin" />
    </aside>
  );
}
