import { IconAlertTriangle, IconCircleCheck } from "../icons";
import { useTranslation } from "react-i18next";
import { Severity } from "../parts/Severity";
import type { Effect } from "./useEffectOf";
import classes from "./entities.module.css";

/** What verification would say after applying: new findings first, solved ones after. */
export function FieldEffect({ effect }: { effect: Effect }) {
  const { t } = useTranslation("editor");
  if (effect.name === "refused") {
    return (
      <div className={classes.effect} data-tone="bad" role="status">
        <p>
          <IconAlertTriangle size={16} stroke={1.8} aria-hidden="true" /> {effect.message}
        </p>
      </div>
    );
  }
  if (!effect.raised.length && !effect.solved.length) return null;
  return (
    <div className={classes.effect} data-tone={effect.raised.length ? "warn" : "ok"} role="status">
      <b>{t("effect.title")}</b>
      {effect.raised.map((finding) => (
        <p key={finding.id}>
          <Severity level={finding.severity} /> {finding.message}
        </p>
      ))}
      {effect.solved.map((finding) => (
        <p key={finding.id}>
          <IconCircleCheck size={16} stroke={1.8} aria-hidden="true" /> {t("effect.solved", { what: finding.message })}
        </p>
      ))}
    </div>
  );
}
