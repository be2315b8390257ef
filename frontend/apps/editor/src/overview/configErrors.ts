/** What is wrong with the settings of a model, by the input that says so. Pure. */
import { compact, type ModelConfig } from "@torque/model";
import { readAccent } from "@torque/ui/appearance";
import { isLanguage } from "../translations/languages";

export const SCHEMES = ["auto", "light", "dark"] as const;

export type ConfigErrors = { theme?: "noColour"; locale?: "noLanguage" };

/** Only what was changed is judged: older models may hold other words, which do nothing. */
export function configErrors(stored: ModelConfig, draft: ModelConfig): ConfigErrors {
  const [was, is] = [stored.ui ?? {}, draft.ui ?? {}];
  return {
    ...(is.theme && is.theme !== was.theme && readAccent(is.theme) === null ? { theme: "noColour" } : {}),
    ...(is.locale && is.locale !== was.locale && !isLanguage(is.locale) ? { locale: "noLanguage" } : {}),
  };
}

/** The settings without members that say nothing. */
export function tidyConfig({ ui, performance, ...rest }: ModelConfig): ModelConfig {
  const [shown, kept] = [compact(ui ?? {}), compact(performance ?? {})];
  return compact({ ...rest, ui: Object.keys(shown).length ? shown : undefined, performance: Object.keys(kept).length ? kept : undefined });
}
