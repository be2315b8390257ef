import { IconPlus } from "../icons";
import { Button } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { SplitPane } from "../parts/SplitPane";
import { usePart } from "../parts/usePart";
import classes from "./entities.module.css";

export type PartTabProps<T extends { name: string }> = {
  /** The entity's head and tabs. */
  head: ReactNode;
  /** The group of texts: `about`, `add`, `none`. */
  words: "constraints" | "indexes" | "relationships";
  /** Under this name the open part stands in the address. */
  parameter: string;
  all: readonly T[];
  idOf: (part: T) => string;
  /** Headers of the columns after the name. */
  columns: readonly string[];
  /** One cell for each of these columns. */
  cells: (part: T) => readonly ReactNode[];
  /** The panel of the open part, undefined for one that is being added. */
  panel: (part: T | undefined, show: (id: string | null) => void) => ReactNode;
};

/** A short list of parts with the open one's panel at the end. */
export function PartTab<T extends { name: string }>({ head, words, parameter, all, idOf, columns, cells, panel }: PartTabProps<T>) {
  const { t } = useTranslation("editor");
  const { open, show } = usePart(parameter);
  const chosen = all.find((part) => idOf(part) === open);
  const list = (
    <>
      {head}
      <div className={classes.bar}>
        <p>{t(`${words}.about`)}</p>
        <Button kind="subtle" compact className={classes.add} icon={<IconPlus size={14} stroke={1.8} />} onClick={() => { show("new"); }}>
          {t(`${words}.add`)}
        </Button>
      </div>
      {all.length === 0 ? (
        <p className={classes.none}>{t(`${words}.none`)}</p>
      ) : (
        <div className={classes.scroll}>
          <table className={classes.fields}>
            <thead>
              <tr>
                {[t("fields.name"), ...columns].map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {all.map((part) => {
                const id = idOf(part);
                return (
                  <tr key={id} data-selected={id === open || undefined} onClick={() => { show(id); }}>
                    <td>
                      <button
                        type="button"
                        aria-expanded={id === open}
                        onClick={(event) => {
                          event.stopPropagation();
                          show(id);
                        }}
                      >
                        <code>{part.name}</code>
                      </button>
                    </td>
                    {cells(part).map((cell, at) => (
                      <td key={at}>{cell}</td>
                    ))}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
  return (
    <SplitPane side="end" name="field" label={t("frame.resize")} initial={340} overlay pane={(chosen ?? open === "new") && panel(chosen, show)}>
      {list}
    </SplitPane>
  );
}
