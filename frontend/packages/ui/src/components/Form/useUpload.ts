import type { FormField } from "@torque/protocol";
import { useContext, useState } from "react";
import { useTranslation } from "react-i18next";
import { sizeText } from "../../format/size";
import { useLocale } from "../../i18n/I18nProvider";
import { FileAccessContext, type FileAccess, type FileValue } from "./files";

export type Upload = {
  access: FileAccess | null;
  sending: boolean;
  /** Why the last file was not taken; "" when it was. */
  problem: string;
  /** Sends a file; null when it was refused. */
  send: (file: File) => Promise<FileValue | null>;
  clear: () => void;
};

/** Sends files of a field, one after the other, and says what stands against one. */
export function useUpload({ name, validation }: FormField): Upload {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const access = useContext(FileAccessContext);
  const [sending, setSending] = useState(0);
  const [problem, setProblem] = useState("");
  const maxSize = validation?.maxSize;
  const send = async (file: File): Promise<FileValue | null> => {
    if (maxSize !== undefined && file.size > maxSize) {
      setProblem(t("form.fileTooLarge", { size: sizeText(maxSize, locale) }));
      return null;
    }
    setSending((count) => count + 1);
    try {
      if (!access) throw new Error(t("form.fileFailed"));
      return await access.upload(name, file);
    } catch (error) {
      setProblem(error instanceof Error && error.message ? error.message : t("form.fileFailed"));
      return null;
    } finally {
      setSending((count) => count - 1);
    }
  };
  return { access, sending: sending > 0, problem, send, clear: () => setProblem("") };
}
