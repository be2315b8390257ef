import { IconCircleCheck } from "../icons";
import { groupFindings, type Finding } from "@torque/model";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ImportResult } from "../api/types";
import { DiffList, tellable } from "../effects/DiffList";
import { StoredEffects } from "../effects/StoredEffects";
import { Severity } from "../parts/Severity";
import classes from "./models.module.css";

/** What an import does: to stored records, to the model, what had to be repaired, and what is wrong with the result. */
export function ImportTrial({ result: { report, findings, change } }: { result: ImportResult }) {
  const { t } = useTranslation("editor");
  const changes = tellable(change?.diff ?? []);
  const wrong = findings.filter((finding) => finding.severity !== "Info");
  return (
    <>
      {change && change.effects.length > 0 && (
        <Block title={t("effect.stored")}>
          <StoredEffects effects={change.effects} document={undefined} />
        </Block>
      )}
      {change && (
        <Block title={t("import.changes")} count={changes.length}>
          {changes.length ? <DiffList diff={changes} label={t("import.changes")} /> : <p className={classes.same}>{t("import.same")}</p>}
        </Block>
      )}
      {report.length === 0 ? (
        <p className={classes.done}>
          <IconCircleCheck size={16} aria-hidden="true" /> {t("import.clean")}
        </p>
      ) : (
        <Block title={t("import.report")} count={report.length}>
          <ul className={classes.notes}>
            {report.map((note, at) => (
              <li key={`${note.path}-${String(at)}`}>
                <code>{note.path}</code>
                <span>
                  {note.what} → {note.done}
                </span>
              </li>
            ))}
          </ul>
        </Block>
      )}
      {wrong.length > 0 && (
        <Block title={t("verification.title")} count={wrong.length}>
          <Findings findings={wrong} />
        </Block>
      )}
    </>
  );
}

function Block({ title, count, children }: { title: string; count?: number; children: ReactNode }) {
  return (
    <section aria-label={title} className={classes.report}>
      <h3>
        {title} <span>{count}</span>
      </h3>
      <div tabIndex={0} role="group" aria-label={title}>
        {children}
      </div>
    </section>
  );
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  const { t } = useTranslation("editor");
  return (
    <ul className={classes.notes}>
      {groupFindings(findings).map(({ finding, others }) => (
        <li key={finding.id}>
          <span>
            <Severity level={finding.severity} size={14} /> {finding.message} {others.length > 0 && t("verification.alike", { count: others.length })}
          </span>
          <code>{finding.pointer}</code>
        </li>
      ))}
    </ul>
  );
}
