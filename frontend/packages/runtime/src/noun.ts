/** What the records of an entity are called in a sentence. */
import type { ModelMetadata } from "@torque/protocol";

/** "Todo" → "todo"; abbreviations like "VAT rate" keep their capitals. German nouns keep theirs. */
export function singular(displayName: string, language: string): string {
  if (language !== "en" || /^[A-Z]{2}/.test(displayName)) return displayName;
  return displayName.charAt(0).toLowerCase() + displayName.slice(1);
}

/** Nouns whose plural no rule tells; so are the words that end like one: "salesperson", "grandchild". */
const IRREGULAR: readonly (readonly [string, string])[] = [
  ["person", "people"],
  ["child", "children"],
  ["woman", "women"],
  ["sman", "smen"],
  ["chairman", "chairmen"],
  ["foreman", "foremen"],
  ["policeman", "policemen"],
  ["foot", "feet"],
  ["tooth", "teeth"],
  ["goose", "geese"],
  ["mouse", "mice"],
  ["wife", "wives"],
  ["knife", "knives"],
  ["leaf", "leaves"],
  ["shelf", "shelves"],
  ["thief", "thieves"],
  ["criterion", "criteria"],
  ["quiz", "quizzes"],
  ["hero", "heroes"],
  ["tomato", "tomatoes"],
  ["potato", "potatoes"],
];
const WHOLE = new Map([["man", "men"], ["life", "lives"], ["half", "halves"], ["loaf", "loaves"], ["wolf", "wolves"], ["ox", "oxen"], ["medium", "media"]]);

/** Words that are many already, or that nobody counts. */
const SAME = /(people|children|men|women|feet|teeth|mice|geese|data|media|criteria|staff|equipment|information|feedback|furniture|software|hardware|sheep|aircraft)$/;

function regular(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/[a-z]{3}sis$/.test(word)) return `${word.slice(0, -2)}es`;
  // Of words in -s most are many already: "orders".
  if (/(ss|us)$/.test(word)) return `${word}es`;
  if (word.endsWith("s")) return word;
  return /(x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

export function plural(displayName: string, language: string): string {
  const name = singular(displayName, language);
  if (language !== "en") return name;
  const word = /[A-Za-z]+$/.exec(name)?.[0] ?? "";
  const last = word.toLowerCase();
  if (SAME.test(last)) return name;
  const start = name.slice(0, name.length - word.length);
  const whole = WHOLE.get(last);
  if (whole) return start + word.charAt(0) + whole.slice(1);
  const like = IRREGULAR.find(([ending]) => last.endsWith(ending));
  if (!like) return regular(name);
  const [ending, many] = like;
  const kept = word.slice(0, word.length - ending.length + 1);
  return start + kept + many.slice(1);
}

export const displayNameOf = (metadata: ModelMetadata, entityType: string): string =>
  metadata.entities.find(({ name }) => name === entityType)?.displayName ?? entityType.replaceAll("_", " ");
