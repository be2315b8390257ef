import { NumberInput, Switch } from "@mantine/core";
import { compact, type Behavior } from "@torque/model";
import { useTranslation } from "react-i18next";
import { OptionalLabel } from "../parts/OptionalLabel";
import classes from "./entities.module.css";

export type BehaviorSettingsProps = { behavior: Behavior | undefined; onChange: (behavior: Behavior | undefined) => void };

/** What the audit log keeps about records, and how long answers about them may be kept. */
export function BehaviorSettings({ behavior = {}, onChange }: BehaviorSettingsProps) {
  const { t } = useTranslation("editor");
  const { auditing = {}, caching = {} } = behavior;
  const put = (next: Behavior): void => {
    const tidy = compact(Object.fromEntries(Object.entries(next).map(([name, part]) => [name, compact(part ?? {})])) as Behavior);
    onChange(Object.keys(tidy).length ? tidy : undefined);
  };
  const audited = auditing.enabled !== false;
  const cached = caching.enabled !== false;
  return (
    <>
      <h2>{t("behavior.title")}</h2>
      <Switch label={t("behavior.audited")} description={t("behavior.auditedHelp")} checked={audited} onChange={(event) => { put({ ...behavior, auditing: { ...auditing, enabled: event.currentTarget.checked } }); }} />
      <div className={classes.inner}>
        <Switch label={t("behavior.changes")} disabled={!audited} checked={auditing.track_changes !== false} onChange={(event) => { put({ ...behavior, auditing: { ...auditing, track_changes: event.currentTarget.checked } }); }} />
        <Switch label={t("behavior.access")} disabled={!audited} checked={auditing.track_access === true} onChange={(event) => { put({ ...behavior, auditing: { ...auditing, track_access: event.currentTarget.checked } }); }} />
      </div>
      <Switch label={t("behavior.cached")} description={t("behavior.cachedHelp")} checked={cached} onChange={(event) => { put({ ...behavior, caching: { ...caching, enabled: event.currentTarget.checked } }); }} />
      <div className={classes.two}>
        <NumberInput
          label={<OptionalLabel>{t("behavior.ttl")}</OptionalLabel>}
          hideControls
          min={0}
          allowDecimal={false}
          disabled={!cached}
          placeholder={t("behavior.ttlAuto")}
          value={caching.ttl_seconds ?? ""}
          onChange={(next) => { put({ ...behavior, caching: { ...caching, ttl_seconds: next === "" ? undefined : Number(next) } }); }}
        />
      </div>
    </>
  );
}
