/** What the records of an entity are called in a sentence. */
import type { ModelMetadata } from "@torque/protocol";

/** "Todo" → "todo"; abbreviations like "VAT rate" keep their capitals. German nouns keep theirs. */
export function singular(displayName: string, language: string): string {
  if (language !== "en" || /^[A-Z]{2}/.test(displayName)) return displayName;
  return displayName.charAt(0).toLowerCase() + displayName.slice(1);
}

export function plural(displayName: string, language: string): string {
  const word = singular(displayName, language);
  if (language !== "en" || word.endsWith("s")) return word;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

export const displayNameOf = (metadata: ModelMetadata, entityType: string): string =>
  metadata.entities.find(({ name }) => name === entityType)?.displayName ?? entityType.replaceAll("_", " ");
