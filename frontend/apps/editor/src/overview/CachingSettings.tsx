import { NumberInput, Switch } from "@mantine/core";
import type { ModelConfig } from "@torque/model";
import { useTranslation } from "react-i18next";
import { OptionalLabel } from "../parts/OptionalLabel";

type Performance = NonNullable<ModelConfig["performance"]>;

/** How long the server may keep answers; they are never stale in any case. */
export function CachingSettings({ performance = {}, onChange }: { performance: Performance | undefined; onChange: (performance: Performance) => void }) {
  const { t } = useTranslation("editor");
  const kept = performance.caching_enabled !== false;
  return (
    <>
      <Switch
        label={t("settings.cached")}
        description={t("settings.cachedHelp")}
        checked={kept}
        onChange={(event) => { onChange({ ...performance, caching_enabled: event.currentTarget.checked ? undefined : false }); }}
      />
      <NumberInput
        label={<OptionalLabel>{t("settings.cacheTime")}</OptionalLabel>}
        description={t("settings.cacheTimeHelp")}
        placeholder={t("settings.cacheTimeAuto")}
        hideControls
        min={0}
        max={86_400}
        clampBehavior="blur"
        allowDecimal={false}
        allowNegative={false}
        disabled={!kept}
        value={performance.cache_ttl_seconds ?? ""}
        onChange={(seconds) => { onChange({ ...performance, cache_ttl_seconds: seconds === "" ? undefined : Number(seconds) }); }}
      />
    </>
  );
}
