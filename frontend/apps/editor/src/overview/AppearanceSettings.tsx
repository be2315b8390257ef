import { Autocomplete } from "@mantine/core";
import type { ModelConfig } from "@torque/model";
import { useTranslation } from "react-i18next";
import { Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import { languageName, USUAL_LANGUAGES } from "../translations/languages";
import { AccentField } from "./AccentField";
import { SCHEMES, type ConfigErrors } from "./configErrors";

type Ui = NonNullable<ModelConfig["ui"]>;

export type AppearanceSettingsProps = {
  ui: Ui | undefined;
  /** Languages the model is translated into; they are offered first. */
  translated: readonly string[];
  errors: ConfigErrors;
  onChange: (ui: Ui) => void;
};

/** How applications look to who opens them first: colour, scheme and language. */
export function AppearanceSettings({ ui = {}, translated, errors, onChange }: AppearanceSettingsProps) {
  const { t, i18n } = useTranslation("editor");
  const known = SCHEMES.some((scheme) => scheme === ui.color_scheme);
  const schemes = SCHEMES.map((value) => ({ value: value as string, label: t(`settings.scheme.${value}`) }));
  const languages = [...new Set([...translated, ...USUAL_LANGUAGES])];
  return (
    <>
      <AccentField value={ui.theme} error={errors.theme && t("settings.noColour")} onChange={(theme) => { onChange({ ...ui, theme }); }} />
      <Select
        label={t("settings.colours")}
        description={t("settings.coloursHelp")}
        allowDeselect={false}
        data={known || !ui.color_scheme ? schemes : [...schemes, { value: ui.color_scheme, label: ui.color_scheme }]}
        value={ui.color_scheme ?? "auto"}
        onChange={(scheme) => { onChange({ ...ui, color_scheme: scheme === "auto" ? undefined : (scheme ?? undefined) }); }}
      />
      <Autocomplete
        label={<OptionalLabel>{t("settings.language")}</OptionalLabel>}
        description={t("settings.languageHelp")}
        placeholder={t("settings.languageAuto")}
        spellCheck={false}
        data={languages}
        filter={({ options, search }) => options.filter((option) => "value" in option && `${option.value} ${languageName(option.value, i18n.language)}`.toLowerCase().includes(search.trim().toLowerCase()))}
        renderOption={({ option }) => (
          <>
            {languageName(option.value, i18n.language)} <code>{option.value}</code>
          </>
        )}
        value={ui.locale ?? ""}
        error={errors.locale && t("translations.noLanguage")}
        onChange={(locale) => { onChange({ ...ui, locale: locale.trim() || undefined }); }}
      />
    </>
  );
}
