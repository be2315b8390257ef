import { IconPlus } from "../icons";
import { Button } from "@torque/ui";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../frame/CommandProvider";
import { SplitPane } from "./SplitPane";
import classes from "./parts.module.css";

export type PartsScreenProps = {
  /** The group of texts, and the name under which the width of the list is remembered. */
  words: "entities" | "pages" | "forms";
  /** A key that adds one. */
  shortcut?: string;
  /** The address names a part that is not there, though others are. */
  unknown: boolean;
  list: (parts: { onAdd: () => void; onChoose: () => void }) => ReactNode;
  /** The chosen part; nothing says what belongs here. `onList` shows the list where it is hidden. */
  children: ((onList: () => void) => ReactNode) | undefined;
  /** The dialog that adds a part. */
  dialog: (open: { opened: boolean; onClose: () => void }) => ReactNode;
};

/** A screen of parts of one kind: their list, the chosen one, and the dialog that adds one. */
export function PartsScreen({ words, shortcut, unknown, list, children, dialog }: PartsScreenProps) {
  const { t } = useTranslation("editor");
  const [adding, setAdding] = useState(false);
  const [listed, setListed] = useState(false);
  const onAdd = useCallback(() => {
    setAdding(true);
  }, []);
  const onChoose = useCallback(() => {
    setListed(false);
  }, []);
  useCommands(
    useMemo(() => [{ id: `add-${words}`, group: "commands", title: t(`${words}.add`), keys: shortcut, icon: IconPlus, run: onAdd }], [t, words, shortcut, onAdd]),
  );
  const pane = list({ onAdd, onChoose });
  return (
    <>
      <SplitPane side="start" name={words} label={t("frame.resize")} initial={208} overlay={listed} pane={pane}>
        {children ? (
          children(() => {
            setListed(true);
          })
        ) : (
          <div className={classes.nothing}>
            <h1>{t(unknown ? `${words}.unknown` : `${words}.first`)}</h1>
            <p>{t(unknown ? "parts.unknownText" : `${words}.firstText`)}</p>
            <Button kind="primary" icon={<IconPlus size={16} stroke={1.8} />} shortcut={shortcut} onClick={onAdd}>
              {t(`${words}.add`)}
            </Button>
          </div>
        )}
      </SplitPane>
      {dialog({
        opened: adding,
        onClose: () => {
          setAdding(false);
        },
      })}
    </>
  );
}
