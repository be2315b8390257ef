/** Languages by their code, with the names readers know. */

/** Offered first when a language is added; any other code may be typed. */
export const USUAL_LANGUAGES = ["ar", "cs", "da", "de", "en", "es", "fi", "fr", "he", "hu", "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "tr", "uk", "zh"] as const;

/** "de" → "German" for a reader of English; the code itself where it means nothing. */
export function languageName(code: string, reader: string): string {
  try {
    return new Intl.DisplayNames([reader], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Whether a text is the code of a language, as `de` or `pt-BR`. */
export function isLanguage(code: string): boolean {
  try {
    return Intl.getCanonicalLocales(code)[0] === code;
  } catch {
    return false;
  }
}
