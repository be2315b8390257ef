import { Loader } from "@mantine/core";
import { useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocale } from "../../i18n/I18nProvider";
import { IconAlertCircle, IconUpload } from "../../icons/tabler";
import { sizeText } from "../../format/size";
import classes from "./Exchange.module.css";

export type FileChoiceProps = {
  /** Extensions and media types that are taken. */
  accept: string;
  /** What these are called. */
  formats: string;
  file: File | null;
  busy: boolean;
  /** Why the last one was not taken; "" when it was. */
  problem: string;
  onFile: (file: File) => void;
};

/** Takes a file: chosen, or dropped. */
export function FileChoice({ accept, formats, file, busy, problem, onFile }: FileChoiceProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const [over, setOver] = useState(false);
  const drag = (here: boolean) => (event: DragEvent): void => {
    event.preventDefault();
    setOver(here);
  };
  const drop = (event: DragEvent): void => {
    drag(false)(event);
    const [dropped] = event.dataTransfer.files;
    if (dropped && !busy) onFile(dropped);
  };
  return (
    <>
      <label className={classes.drop} data-over={over || undefined} aria-busy={busy || undefined} onDragOver={drag(true)} onDragLeave={drag(false)} onDrop={drop}>
        {busy ? <Loader aria-hidden /> : <IconUpload aria-hidden />}
        <span className={classes.dropName}>{file ? file.name : t("exchange.chooseFile")}</span>
        <span className={classes.dropDetail}>{file ? sizeText(file.size, locale) : t("exchange.dropFile", { formats })}</span>
        <input
          type="file"
          className="tq-visually-hidden"
          accept={accept}
          disabled={busy}
          data-autofocus
          aria-invalid={problem ? true : undefined}
          onChange={({ currentTarget }) => {
            const [chosen] = currentTarget.files ?? [];
            // The same file again is a choice as well.
            currentTarget.value = "";
            if (chosen) onFile(chosen);
          }}
        />
      </label>
      <div aria-live="assertive">
        {problem && (
          <p className={classes.problem}>
            <IconAlertCircle aria-hidden />
            {problem}
          </p>
        )}
      </div>
    </>
  );
}
