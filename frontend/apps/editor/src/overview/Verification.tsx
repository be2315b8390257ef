import { IconCircleCheck, IconWand } from "../icons";
import { countFindings, groupFindings, placeOf, type Finding, type ModelDocument } from "@torque/model";
import { Button } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCommit, useDocument, useOpenModel, useSession } from "../model/ModelProvider";
import { Severity } from "../parts/Severity";
import { addressOf } from "./address";
import classes from "./overview.module.css";

/** What is wrong with the model, with the fixes the server offers. */
export function Verification() {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const findings = useSession("findings");
  const { errors, warnings, hints } = countFindings(findings);
  return (
    <section aria-labelledby="verification" className={classes.section}>
      <header>
        <h2 id="verification">
          {t("verification.title")}{" "}
          {errors > 0 && <span className={classes.errors}>{t("verification.errors", { count: errors })}</span>}{" "}
          {warnings > 0 && <span className={classes.warnings}>{t("verification.warnings", { count: warnings })}</span>}{" "}
          {hints > 0 && <span>{t("verification.hints", { count: hints })}</span>}
        </h2>
      </header>
      {findings.length === 0 ? (
        <p className={classes.clean}>
          <IconCircleCheck size={16} stroke={1.8} aria-hidden="true" /> {t("verification.clean")}
        </p>
      ) : (
        <ul className={classes.findings}>
          {groupFindings(findings).map(({ finding, others }) => (
            <FindingRow key={finding.id} finding={finding} more={others.length} document={document} />
          ))}
        </ul>
      )}
    </section>
  );
}

function FindingRow({ finding, more, document }: { finding: Finding; more: number; document: ModelDocument }) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const commit = useCommit();
  const place = placeOf(document, finding.pointer);
  const { fix } = finding;
  return (
    <li>
      <Severity level={finding.severity} />
      <div>
        <p>{finding.message}</p>
        {finding.impact && <p className={classes.impact}>{finding.impact}</p>}
        <code>{finding.pointer || "/"}</code> {more > 0 && <span className={classes.moreAlike}>{t("verification.alike", { count: more })}</span>}
      </div>
      {place && (
        <Link to={addressOf(ref, place)} className={classes.goTo} aria-label={t("verification.goToThis", { what: finding.message })}>
          {t("verification.goTo")}
        </Link>
      )}
      {fix && (
        <Button
          icon={<IconWand size={16} stroke={1.6} />}
          onClick={() => {
            commit(fix.changes, fix.name);
          }}
        >
          {fix.name}
        </Button>
      )}
    </li>
  );
}
