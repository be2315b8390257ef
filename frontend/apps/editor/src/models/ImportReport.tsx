import { IconCircleCheck } from "../icons";
import { useTranslation } from "react-i18next";
import type { ImportNote } from "../api/types";
import classes from "./models.module.css";

/** What an import repaired, left out or kept aside: one line each. */
export function ImportReport({ report }: { report: readonly ImportNote[] }) {
  const { t } = useTranslation("editor");
  if (!report.length) {
    return (
      <p className={classes.done}>
        <IconCircleCheck size={16} aria-hidden="true" /> {t("import.clean")}
      </p>
    );
  }
  return (
    <section aria-label={t("import.report")} className={classes.report}>
      <h3>
        {t("import.report")} <span>{report.length}</span>
      </h3>
      <ul tabIndex={0}>
        {report.map((note, at) => (
          <li key={`${note.path}-${String(at)}`}>
            <code>{note.path}</code>
            <span>
              {note.what} → {note.done}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
