import de from "./de.json";
import en from "./en.json";

/** The texts of the editor by language. */
export const editorTexts = { en: { editor: en }, de: { editor: de } };
