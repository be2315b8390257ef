import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LANGUAGE_NAMES, LANGUAGES, useLanguageChoice, type Language } from "../../i18n/I18nProvider";
import { IconCheck } from "../../icons/tabler";

/** Items of a menu that choose the language; the choice is kept. */
export function LanguageItems() {
  const { t } = useTranslation("ui");
  const { language, choose } = useLanguageChoice();
  return (
    <Menu.RadioGroup value={language} onChange={(chosen) => choose(chosen as Language)}>
      <Menu.Label>{t("frame.language")}</Menu.Label>
      {LANGUAGES.map((one) => (
        <Menu.RadioItem key={one} value={one} lang={one} checkIcon={<IconCheck aria-hidden />}>
          {LANGUAGE_NAMES[one]}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}
