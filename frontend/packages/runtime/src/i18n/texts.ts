import de from "./de.json";
import en from "./en.json";

/** The texts of the runtime, to be handed to TextsProvider by the application that uses it. */
export const runtimeTexts = { en: { runtime: en }, de: { runtime: de } };
