import dayjs from "dayjs";
import "dayjs/locale/de";
import { createInstance, type i18n as I18n, type Resource } from "i18next";
import { useLocalStorage } from "@mantine/hooks";
import { createContext, useContext, useEffect, useMemo, type ReactNode } from "react";
import { I18nextProvider, initReactI18next } from "react-i18next";
import de from "./de.json";
import en from "./en.json";

/** The languages that have a locale file. */
export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What each language calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

export type LanguageChoice = { language: Language; choose: (language: Language) => void };

const ChoiceContext = createContext<LanguageChoice>({ language: "en", choose: () => {} });

/** The language of the texts, and the way to another; the reader's choice is kept. */
export const useLanguageChoice = (): LanguageChoice => useContext(ChoiceContext);

const LocaleContext = createContext<string>("en");
const ExtraTexts = createContext<Resource>({});

/** The reader's locale for dates and numbers ("de-AT"), which may be finer than the language of the texts. */
export const useLocale = (): string => useContext(LocaleContext);

/** A language with the reader's own country ("de" for an Austrian is "de-AT"), where the browser names one. */
export function readersLocale(language: string): string {
  const short = language.split("-")[0];
  return navigator.languages.find((own) => own.split("-")[0] === short) ?? language;
}

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
  const [own, choose] = useLocalStorage<Language | "">({ key: "torque-language", defaultValue: "", getInitialValueInEffect: false });
  const given = locale ?? (typeof navigator === "undefined" ? "en" : navigator.language);
  const chosen = own && own !== languageOf(given) ? readersLocale(own) : given;
  const language = languageOf(chosen);
  const choice = useMemo(() => ({ language, choose }), [language, choose]);
  const texts = useMemo(() => createTexts(language, extra), [language, extra]);
  useEffect(() => {
    document.documentElement.lang = language;
    dayjs.locale(language);
  }, [language]);
  return (
    <LocaleContext value={chosen}>
      <ChoiceContext value={choice}>
        <I18nextProvider i18n={texts}>{children}</I18nextProvider>
      </ChoiceContext>
    </LocaleContext>
  );
}
