import { FileInput } from "@mantine/core";
import { useContext, useState, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { useLocale } from "../../i18n/I18nProvider";
import { IconUpload } from "../../icons/tabler";
import classes from "./FileField.module.css";
import { FileAccessContext, isFileValue, sizeText } from "./files";
import type { FieldInputProps } from "./inputs.types";

const PREVIEW_PIXELS = 128;

/** Sends a file as soon as it is chosen; the record takes it when the form is saved. */
export function FileField({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { t } = useTranslation("ui");
  const access = useContext(FileAccessContext);
  const locale = useLocale();
  const [chosen, setChosen] = useState<File | null>(null);
  const [state, setState] = useState<"idle" | "sending" | "failed">("idle");
  const [problem, setProblem] = useState("");
  const held = isFileValue(value) ? value : null;
  const { maxSize, accept } = field.validation ?? {};
  const choose = async (file: File | null): Promise<void> => {
    setChosen(file);
    setProblem("");
    if (!file) {
      setState("idle");
      return onChange(null);
    }
    if (maxSize !== undefined && file.size > maxSize) {
      setState("failed");
      return setProblem(t("form.fileTooLarge", { size: sizeText(maxSize, locale) }));
    }
    setState("sending");
    try {
      if (!access) throw new Error(t("form.fileFailed"));
      onChange(await access.upload(field.name, file));
      setState("idle");
    } catch (error) {
      setState("failed");
      setProblem(error instanceof Error && error.message ? error.message : t("form.fileFailed"));
    }
  };
  const url = held && access ? access.urlOf(field.name, held) : null;
  const preview = held?.type.startsWith("image/") && access ? access.urlOf(field.name, held, PREVIEW_PIXELS) : null;
  return (
    <div>
      <FileInput
        {...frame}
        error={problem || frame.error}
        ref={inputRef as Ref<HTMLButtonElement>}
        value={chosen}
        clearable={Boolean(chosen ?? held)}
        accept={accept?.join(",")}
        placeholder={held ? held.name : t("form.chooseFile")}
        leftSection={<IconUpload aria-hidden />}
        onBlur={onBlur}
        onChange={(file) => void choose(file)}
        clearButtonProps={{ "aria-label": t("form.clear") }}
      />
      <div className={classes.held} aria-live="polite">
        {state === "sending" && <span>{t("form.fileSending")}</span>}
        {preview && <img className={classes.preview} src={preview} alt="" loading="lazy" />}
        {held && state === "idle" && (url ? <a href={url} target="_blank" rel="noreferrer">{held.name}</a> : <span>{held.name}</span>)}
        {held && state === "idle" && <span>{sizeText(held.size, locale)}</span>}
      </div>
    </div>
  );
}
