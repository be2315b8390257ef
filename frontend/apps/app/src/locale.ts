import { createContext, useContext, useEffect } from "react";

/** Sets the language of the texts and the locale of dates and numbers. */
export const LocaleSetter = createContext<(locale: string | undefined) => void>(() => {});

/** An application speaks its model's language; dates and numbers follow the reader's country where the languages agree. */
export function useApplicationLocale(modelLocale: string | null | undefined): void {
  const setLocale = useContext(LocaleSetter);
  useEffect(() => {
    if (!modelLocale) return;
    const language = modelLocale.split("-")[0];
    setLocale(navigator.languages.find((own) => own.split("-")[0] === language) ?? modelLocale);
  }, [modelLocale, setLocale]);
}
