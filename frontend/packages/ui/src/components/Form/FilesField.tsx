import { FileInput } from "@mantine/core";
import { useRef, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { IconUpload, IconX } from "../../icons/tabler";
import { IconButton } from "../IconButton/IconButton";
import classes from "./FileField.module.css";
import { isFileValue, type FileValue } from "./files";
import { HeldFile } from "./HeldFile";
import type { FieldInputProps } from "./inputs.types";
import { useUpload } from "./useUpload";

const filesOf = (value: FieldInputProps["value"]): FileValue[] => (Array.isArray(value) ? value.filter(isFileValue) : []);

/** Several files in one field: each is sent as soon as it is chosen, and taken away by itself. */
export function FilesField({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { t } = useTranslation("ui");
  const { sending, problem, send, clear } = useUpload(field);
  const held = filesOf(value);
  // Several may be under way: each joins what is there when it arrives.
  const latest = useRef(held);
  latest.current = held;
  const change = (files: FileValue[]): void => {
    latest.current = files;
    onChange(files);
  };
  const box = useRef<HTMLDivElement>(null);
  const remove = (file: FileValue): void => {
    change(held.filter(({ id }) => id !== file.id));
    // The button that was pressed goes with the file.
    box.current?.querySelector("button")?.focus();
  };
  const choose = async (chosen: File[]): Promise<void> => {
    clear();
    for (const file of chosen) {
      const taken = await send(file);
      if (taken) change([...latest.current, taken]);
    }
  };
  return (
    <div ref={box}>
      <FileInput
        {...frame}
        multiple
        error={problem || frame.error}
        ref={inputRef as Ref<HTMLButtonElement>}
        value={[]}
        accept={field.validation?.accept?.join(",")}
        placeholder={t("form.addFiles")}
        leftSection={<IconUpload aria-hidden />}
        onBlur={onBlur}
        onChange={(chosen) => void choose(chosen)}
      />
      <ul className={classes.files} aria-label={field.label} aria-live="polite">
        {held.map((file) => (
          <li key={file.id} className={classes.held}>
            <HeldFile field={field.name} file={file} />
            {!frame.disabled && (
              <IconButton label={t("form.removeFile", { name: file.name })} onClick={() => remove(file)}>
                <IconX aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
        {sending && <li className={classes.held}>{t("form.fileSending")}</li>}
      </ul>
    </div>
  );
}
