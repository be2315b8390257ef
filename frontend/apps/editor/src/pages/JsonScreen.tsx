import { SegmentedControl } from "@mantine/core";
import { IconList } from "../icons";
import { IconButton } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { JsonPart, type JsonPartProps } from "./JsonPart";
import classes from "./pages.module.css";

export type JsonScreenProps<T extends { id: string }> = Omit<JsonPartProps<T>, "narrow"> & {
  title: string;
  /** Its technical name, beside the title. */
  code: string;
  /** What the list of its kind is called. */
  listLabel: string;
  onList: () => void;
};

/** One part as JSON with its preview, under its name; a narrow screen shows one of both. */
export function JsonScreen<T extends { id: string }>({ title, code, listLabel, onList, ...part }: JsonScreenProps<T>) {
  const { t } = useTranslation("editor");
  const [narrow, setNarrow] = useState<"text" | "preview">("text");
  return (
    <>
      <header className={classes.head}>
        <span className={classes.listOnly}>
          <IconButton label={listLabel} onClick={onList}>
            <IconList size={16} stroke={1.6} />
          </IconButton>
        </span>
        <h1>{title}</h1>
        <code>{code}</code>
        <span className={classes.narrowOnly}>
          <SegmentedControl
            size="xs"
            value={narrow}
            onChange={setNarrow}
            data={[
              { value: "text", label: "JSON" },
              { value: "preview", label: t("preview.title") },
            ]}
          />
        </span>
      </header>
      <JsonPart<T> {...part} narrow={narrow} />
    </>
  );
}
