import { expect, it } from "vitest";
import { editorTexts } from "./texts";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): Map<string, string> {
  return new Map(Object.entries(tree).flatMap(([key, value]) => (typeof value === "string" ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)])));
}

const en = flat(editorTexts.en.editor);
const de = flat(editorTexts.de.editor);

it("has every text in both languages", () => {
  expect([...de.keys()]).toEqual([...en.keys()]);
});

it("fills the same places in both languages", () => {
  const places = (text: string | undefined): string[] => (text?.match(/\{\{\w+\}\}/g) ?? []).sort();
  for (const [key, text] of en) expect(places(de.get(key)), key).toEqual(places(text));
});

it("speaks plainly: no exclamation, no please, no oops", () => {
  for (const [key, text] of [...en, ...de]) expect(text, key).not.toMatch(/!|\bplease\b|\boops\b|successfully|\bbitte\b/i);
});
