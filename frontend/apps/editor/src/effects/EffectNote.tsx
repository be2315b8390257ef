import { IconAlertTriangle, IconCircleCheck } from "../icons";
import { useTranslation } from "react-i18next";
import { useDocument } from "../model/ModelProvider";
import { Severity } from "../parts/Severity";
import { StoredEffects } from "./StoredEffects";
import type { Effect } from "./useEffectOf";
import classes from "./effects.module.css";

/** What applying would do: to stored records first, then what verification would say anew, and what it solves. */
export function EffectNote({ effect }: { effect: Effect }) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  if (effect.name === "refused") {
    return (
      <div className={classes.effect} data-tone="bad" role="status">
        <p>
          <IconAlertTriangle size={16} stroke={1.8} aria-hidden="true" /> {effect.message}
        </p>
      </div>
    );
  }
  const { raised, solved, stored } = effect;
  if (!raised.length && !solved.length && !stored.length) return null;
  return (
    <div className={classes.effect} data-tone={raised.length || stored.length ? "warn" : "ok"} role="status">
      {stored.length > 0 && (
        <>
          <b>{t("effect.stored")}</b>
          <StoredEffects effects={stored} document={document} />
        </>
      )}
      {(raised.length > 0 || solved.length > 0) && <b>{t("effect.title")}</b>}
      {raised.map((finding) => (
        <p key={finding.id}>
          <Severity level={finding.severity} /> {finding.message}
        </p>
      ))}
      {solved.map((finding) => (
        <p key={finding.id}>
          <IconCircleCheck size={16} stroke={1.8} aria-hidden="true" /> {t("effect.solved", { what: finding.message })}
        </p>
      ))}
    </div>
  );
}
