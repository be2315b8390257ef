import { useTranslation } from "react-i18next";
import { IconCircleCheck } from "../icons";
import { Severity } from "../parts/Severity";
import type { Verdict } from "./verdicts";
import classes from "./models.module.css";

/** What verification says of a model, in figures; or that it has nothing to say. */
export function VerdictMark({ verdict: { errors, warnings } }: { verdict: Verdict }) {
  const { t } = useTranslation("editor");
  if (errors + warnings === 0)
    return (
      <span className={classes.cleanMark}>
        <IconCircleCheck size={16} stroke={1.8} aria-hidden="true" /> {t("models.verified")}
      </span>
    );
  return (
    <>
      {errors > 0 && (
        <span className={classes.mark} data-level="Error">
          <Severity level="Error" /> {errors}
        </span>
      )}
      {warnings > 0 && (
        <span className={classes.mark} data-level="Warning">
          <Severity level="Warning" /> {warnings}
        </span>
      )}
    </>
  );
}
