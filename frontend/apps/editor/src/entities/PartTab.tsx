import { IconPlus } from "../icons";
import { Button } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { SplitPane } from "../parts/SplitPane";
import classes from "./entities.module.css";

export type PartRow = {
  id: string;
  name: string;
  /** One cell for each column after the name. */
  cells: readonly ReactNode[];
};

export type PartTabProps = {
  /** The entity's head and tabs. */
  head: ReactNode;
  /** One sentence: what these parts are for. */
  about: string;
  addLabel: string;
  none: string;
  columns: readonly string[];
  rows: readonly PartRow[];
  open: string | null;
  onOpen: (id: string) => void;
  /** The panel of the open part, or nothing. */
  panel: ReactNode;
};

/** A short list of parts with the open one's panel at the end. */
export function PartTab({ head, about, addLabel, none, columns, rows, open, onOpen, panel }: PartTabProps) {
  const { t } = useTranslation("editor");
  const list = (
    <>
      {head}
      <div className={classes.bar}>
        <p>{about}</p>
        <Button kind="subtle" compact className={classes.add} icon={<IconPlus size={14} stroke={1.8} />} onClick={() => { onOpen("new"); }}>
          {addLabel}
        </Button>
      </div>
      {rows.length === 0 ? (
        <p className={classes.none}>{none}</p>
      ) : (
        <div className={classes.scroll}>
          <table className={classes.fields}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} data-selected={row.id === open || undefined} onClick={() => { onOpen(row.id); }}>
                  <td>
                    <button
                      type="button"
                      aria-expanded={row.id === open}
                      onClick={(event) => {
                        event.stopPropagation();
                        onOpen(row.id);
                      }}
                    >
                      <code>{row.name}</code>
                    </button>
                  </td>
                  {row.cells.map((cell, at) => (
                    <td key={at}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
  if (!panel) return <div className={classes.tabBody}>{list}</div>;
  return (
    <SplitPane side="end" name="field" label={t("frame.resize")} initial={340} overlay pane={panel}>
      {list}
    </SplitPane>
  );
}
