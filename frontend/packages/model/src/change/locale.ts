/** Changes of languages: a language is targeted by its code, its members are the texts of the model. */
import type { ModelDocument } from "../document/model";
import { without } from "../document/json";
import type { Change } from "./change";
import { ChangeRefused, isAdd, isRemove, isUpdate } from "./change";

type Texts = Record<string, string>;

/** The document after the change; refused when the language is there already, or is not. */
export function applyLocale(document: ModelDocument, change: Change): ModelDocument {
  const locales = document.locales ?? {};
  if (isAdd(change)) {
    const language = String(change.value.id ?? "");
    if (!language || locales[language]) throw new ChangeRefused(change, `the language ${language} exists`);
    return { ...document, locales: { ...locales, [language]: (change.value.texts ?? {}) as Texts } };
  }
  const [language, texts] = textsOf(document, change);
  if (isRemove(change)) return { ...document, locales: without(locales, language) };
  if (!isUpdate(change)) throw new ChangeRefused(change, "languages have no order");
  const gone = new Set(change.unset);
  const after = Object.entries({ ...texts, ...change.set }).filter(([name]) => !gone.has(name));
  return { ...document, locales: { ...locales, [language]: Object.fromEntries(after) as Texts } };
}

/** The change that takes it back; an update is inverted as every other. */
export function invertLocale(document: ModelDocument, change: Change): Change {
  if (isAdd(change)) return { type: "RemoveLocale", target: String(change.value.id) };
  const [language, texts] = textsOf(document, change);
  return { type: "AddLocale", value: { id: language, texts } };
}

/** The code of the language a change is about, with its texts. */
export function textsOf(document: ModelDocument, change: Change): [string, Texts] {
  const language = "target" in change ? String(change.target) : "";
  const texts = document.locales?.[language];
  if (!texts) throw new ChangeRefused(change, `there is no language ${language}`);
  return [language, texts];
}
