import { FileInput } from "@mantine/core";
import { useRef, useState, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { IconUpload, IconX } from "../../icons/tabler";
import { IconButton } from "../IconButton/IconButton";
import classes from "./FileField.module.css";
import { isFileValue } from "./files";
import { HeldFile } from "./HeldFile";
import type { FieldInputProps } from "./inputs.types";
import { useUpload } from "./useUpload";

/** Sends a file as soon as it is chosen; the record takes it when the form is saved. */
export function FileField({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { t } = useTranslation("ui");
  const [chosen, setChosen] = useState<File | null>(null);
  const { sending, problem, send, clear } = useUpload(field);
  const held = isFileValue(value) ? value : null;
  const box = useRef<HTMLDivElement>(null);
  const remove = (): void => {
    onChange(null);
    // The button that was pressed goes with the file.
    box.current?.querySelector("button")?.focus();
  };
  const choose = async (file: File | null): Promise<void> => {
    setChosen(file);
    clear();
    if (!file) return onChange(null);
    const taken = await send(file);
    if (taken) onChange(taken);
  };
  return (
    <div ref={box}>
      <FileInput
        {...frame}
        error={problem || frame.error}
        ref={inputRef as Ref<HTMLButtonElement>}
        value={chosen}
        clearable={Boolean(chosen ?? held)}
        accept={field.validation?.accept?.join(",")}
        placeholder={held ? held.name : t("form.chooseFile")}
        leftSection={<IconUpload aria-hidden />}
        onBlur={onBlur}
        onChange={(file) => void choose(file)}
        clearButtonProps={{ "aria-label": t("form.clear") }}
      />
      <div className={classes.held} aria-live="polite">
        {sending && <span>{t("form.fileSending")}</span>}
        {held && !sending && !problem && <HeldFile field={field.name} file={held} />}
        {held && !chosen && !frame.disabled && (
          <IconButton label={t("form.removeFile", { name: held.name })} onClick={remove}>
            <IconX aria-hidden />
          </IconButton>
        )}
      </div>
    </div>
  );
}
