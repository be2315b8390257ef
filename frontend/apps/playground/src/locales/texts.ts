import de from "./de.json";
import en from "./en.json";

/** The texts of the playground by language. */
export const playgroundTexts = { en: { playground: en }, de: { playground: de } };
