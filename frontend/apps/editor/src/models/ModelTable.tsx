import { Menu } from "@mantine/core";
import { IconArrowDown, IconCopy, IconDots, IconDownload, IconPencil, IconTrash } from "../icons";
import { IconButton } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { ModelSummary } from "../api/types";
import { Dot } from "../parts/Dot";
import { Moment } from "../parts/Moment";
import { DeleteModel } from "./DeleteModel";
import { DuplicateModel } from "./DuplicateModel";
import table from "../parts/table.module.css";
import classes from "./models.module.css";
import type { Sorting } from "./sorting";
import { useExport } from "./useExport";
import { VerdictMark } from "./VerdictMark";
import type { Verdict, Verdicts } from "./verdicts";

export type ModelTableProps = { models: readonly ModelSummary[]; verdicts: Verdicts; sorting: Sorting; onSort: (sorting: Sorting) => void };
type Asked = { name: "nothing" } | { name: "delete" | "duplicate"; model: ModelSummary };

/** One row per model: what it holds, where it runs, when it changed. */
export function ModelTable({ models, verdicts, sorting, onSort }: ModelTableProps) {
  const { t } = useTranslation("editor");
  const [asked, setAsked] = useState<Asked>({ name: "nothing" });
  const close = (): void => {
    setAsked({ name: "nothing" });
  };
  const header = (name: Sorting, label: string) => (
    <button type="button" className={classes.sort} data-active={sorting === name || undefined} onClick={() => { onSort(name); }}>
      {label} {sorting === name && <IconArrowDown size={13} stroke={1.9} aria-hidden="true" />}
    </button>
  );
  return (
    <div className={table.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col" aria-sort={sorting === "name" ? "ascending" : "none"}>
              {header("name", t("models.model"))}
            </th>
            <th scope="col" className={table.number}>{t("models.entities")}</th>
            <th scope="col" className={table.number}>{t("models.pages")}</th>
            <th scope="col" className={table.number}>{t("models.workflows")}</th>
            <th scope="col">{t("models.applications")}</th>
            <th scope="col">{t("verification.title")}</th>
            <th scope="col" aria-sort={sorting === "changed" ? "descending" : "none"}>
              {header("changed", t("models.changed"))}
            </th>
            <th scope="col">
              <span className="tq-visually-hidden">{t("actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <ModelRow key={model.id} model={model} verdict={verdicts.get(model.id)} onAsk={(name) => { setAsked({ name, model }); }} />
          ))}
        </tbody>
      </table>
      {asked.name === "delete" && <DeleteModel model={asked.model} onClose={close} />}
      {asked.name === "duplicate" && <DuplicateModel model={asked.model} onClose={close} />}
    </div>
  );
}

function ModelRow({ model, verdict, onAsk }: { model: ModelSummary; verdict: Verdict | undefined; onAsk: (name: "delete" | "duplicate") => void }) {
  const { t } = useTranslation("editor");
  const navigate = useNavigate();
  const download = useExport();
  const [first, ...others] = [...model.applications].sort((a, b) => a.status.localeCompare(b.status));
  return (
    <tr>
      <td>
        <Link to={`/models/${model.name}`} className={classes.model}>
          {model.displayName}
        </Link>{" "}
        <code className={classes.technical}>
          {model.name} {model.version}
        </code>
        <div className={classes.description}>{model.description}</div>
      </td>
      <td className={table.number}>{model.entityCount}</td>
      <td className={table.number}>{model.pageCount}</td>
      <td className={table.number}>{model.xflowCount}</td>
      <td>
        {first ? (
          <span className={classes.application}>
            <Dot shape={first.status === "running" ? "solid" : "hollow"} tone={first.status === "running" ? "ok" : "idle"} />
            <a href={first.url} target="_blank" rel="noreferrer">
              {first.label}
            </a>
            <span className="tq-visually-hidden">{t(`application.${first.status}`)}</span>
            {others.length > 0 && <span className={classes.more}>+{others.length}</span>}
          </span>
        ) : (
          <span className={classes.more}>{t("models.notRunning")}</span>
        )}
      </td>
      <td className={classes.verdict}>{verdict && <VerdictMark verdict={verdict} />}</td>
      <td>
        <Moment at={model.updatedAt} />
      </td>
      <td className={classes.rowActions}>
        <Menu position="bottom-end">
          <Menu.Target>
            <IconButton label={t("models.actionsOf", { name: model.displayName })}>
              <IconDots size={16} stroke={1.6} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPencil size={16} stroke={1.6} />} onClick={() => void navigate(`/models/${model.name}`)}>
              {t("models.edit")}
            </Menu.Item>
            <Menu.Item leftSection={<IconDownload size={16} stroke={1.6} />} onClick={() => { download(model); }}>
              {t("models.export")}
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={16} stroke={1.6} />} onClick={() => { onAsk("duplicate"); }}>
              {t("models.duplicate")}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconTrash size={16} stroke={1.6} />} onClick={() => { onAsk("delete"); }}>
              {t("models.delete")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </td>
    </tr>
  );
}
