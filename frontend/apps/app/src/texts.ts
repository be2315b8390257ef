import de from "./locales/de.json";
import en from "./locales/en.json";

/** The application's own words; those of the components and the runtime come with them. */
export const texts = { en: { app: en }, de: { app: de } };
