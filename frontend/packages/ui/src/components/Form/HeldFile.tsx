import { useContext } from "react";
import { sizeText } from "../../format/size";
import { useLocale } from "../../i18n/I18nProvider";
import classes from "./FileField.module.css";
import { FileAccessContext, type FileValue } from "./files";

const PREVIEW_PIXELS = 128;

/** A file a record holds: its name, which leads to it once it is saved, its size, and an image of an image. */
export function HeldFile({ field, file }: { field: string; file: FileValue }) {
  const access = useContext(FileAccessContext);
  const locale = useLocale();
  const url = access?.urlOf(field, file) ?? null;
  const preview = file.type.startsWith("image/") ? access?.urlOf(field, file, PREVIEW_PIXELS) : null;
  return (
    <>
      {preview && <img className={classes.preview} src={preview} alt="" loading="lazy" />}
      {url ? (
        <a className={classes.name} href={url} target="_blank" rel="noreferrer">
          {file.name}
        </a>
      ) : (
        <span className={classes.name}>{file.name}</span>
      )}
      <span>{sizeText(file.size, locale)}</span>
    </>
  );
}
