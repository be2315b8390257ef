import { FileInput } from "@mantine/core";
import { useState, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { IconUpload } from "../../icons/tabler";
import type { FieldInputProps } from "./inputs.types";

/** The bytes of a file as base64, which is how a Binary field travels. */
function readBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
}

export function FileField({ onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { t } = useTranslation("ui");
  const [file, setFile] = useState<File | null>(null);
  const choose = async (chosen: File | null): Promise<void> => {
    setFile(chosen);
    onChange(chosen ? await readBase64(chosen) : null);
  };
  return (
    <FileInput
      {...frame}
      ref={inputRef as Ref<HTMLButtonElement>}
      value={file}
      clearable
      placeholder={t("form.chooseFile")}
      leftSection={<IconUpload aria-hidden />}
      onBlur={onBlur}
      onChange={(chosen) => void choose(chosen)}
      clearButtonProps={{ "aria-label": t("form.clear") }}
    />
  );
}
