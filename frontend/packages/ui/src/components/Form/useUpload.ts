import type { FormField } from "@torque/protocol";
import type { TFunction } from "i18next";
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

/** Whether a file may be of a kind that is taken; what no browser names is left to the server, which looks into it. */
const fits = ({ type }: File, accept: readonly string[]): boolean =>
  accept.length === 0 || type === "" || accept.some((kind) => kind === type || kind === "*/*" || (kind.endsWith("/*") && type.startsWith(kind.slice(0, -1))));

/** A media type as people say it: "PNG", "pictures". */
function kindText(kind: string, t: TFunction<"ui">): string {
  const [group = "", name = ""] = kind.split("/");
  switch (kind) {
    case "image/*":
      return t("form.kind.image");
    case "audio/*":
      return t("form.kind.audio");
    case "video/*":
      return t("form.kind.video");
    case "text/*":
    case "text/plain":
      return t("form.kind.text");
    default:
      return name === "*" ? group : name.replace(/^x-|\+.*$/g, "").toUpperCase();
  }
}

/** Sends files of a field, one after the other, and says what stands against one. */
export function useUpload({ name, validation }: FormField): Upload {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const access = useContext(FileAccessContext);
  const [sending, setSending] = useState(0);
  const [problem, setProblem] = useState("");
  const maxSize = validation?.maxSize;
  const accept = validation?.accept ?? [];
  const send = async (file: File): Promise<FileValue | null> => {
    if (maxSize !== undefined && file.size > maxSize) {
      setProblem(t("form.fileTooLarge", { size: sizeText(maxSize, locale) }));
      return null;
    }
    if (!fits(file, accept)) {
      setProblem(t("form.fileOfKind", { kinds: accept.map((kind) => kindText(kind, t)).join(", ") }));
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
