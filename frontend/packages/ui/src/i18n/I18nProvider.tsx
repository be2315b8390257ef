import dayjs from "dayjs";
import "dayjs/locale/de";
import { createInstance, type i18n as I18n, type Resource } from "i18next";
import { createContext, useContext, useEffect, useMemo, type ReactNode } from "react";
import { I18nextProvider, initReactI18next } from "react-i18next";
import de from "./de.json";
import en from "./en.json";

/** The languages that have a locale file. */
export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

const LocaleContext = createContext<string>("en");
const ExtraTexts = createContext<Resource>({});

/** The reader's locale for dates and numbers ("de-AT"), which may be finer than the language of the texts. */
export const useLocale = (): string => useContext(LocaleContext);

/** The shipped language nearest to a locale. */
export function languageOf(locale: string): Language {
  const short = locale.toLowerCase().split("-")[0];
  return LANGUAGES.find((language) => language === short) ?? "en";
}

function createTexts(language: Language, extra: Resource): I18n {
  const instance = createInstance();
  const resources: Resource = { en: { ui: en, ...extra.en }, de: { ui: de, ...extra.de } };
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    resources,
    defaultNS: "ui",
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<I18n["init"]>[0]);
  return instance;
}

export type TextsProviderProps = {
  children: ReactNode;
  /** Texts of an application: language → namespace → texts. They join the texts of the components. */
  texts: Resource;
};

/** Stands around TorqueProvider and hands it an application's own locale files. */
export function TextsProvider({ children, texts }: TextsProviderProps) {
  return <ExtraTexts value={texts}>{children}</ExtraTexts>;
}

export function I18nProvider({ children, locale }: { children: ReactNode; locale?: string }) {
  const extra = useContext(ExtraTexts);
  const chosen = locale ?? (typeof navigator === "undefined" ? "en" : navigator.language);
  const language = languageOf(chosen);
  const texts = useMemo(() => createTexts(language, extra), [language, extra]);
  useEffect(() => {
    document.documentElement.lang = language;
    dayjs.locale(language);
  }, [language]);
  return (
    <LocaleContext value={chosen}>
      <I18nextProvider i18n={texts}>{children}</I18nextProvider>
    </LocaleContext>
  );
}
