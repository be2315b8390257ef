/** The editors of the playground: what they can do, drawn in the tokens of the scheme on show. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { linter, lintKeymap } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { graphql } from "cm6-graphql";

export type Language = "graphql" | "variables" | "result";

const token = (name: string): string => `var(--tq-${name})`;

const theme = EditorView.theme({
  "&": { blockSize: "100%", color: token("text"), backgroundColor: token("surface"), fontSize: token("t-12") },
  ".cm-scroller": { fontFamily: token("mono"), lineHeight: token("lh-20") },
  ".cm-content": { caretColor: token("accent"), paddingBlock: token("s-4") },
  "&.cm-focused": { outline: "none" },
  ".cm-gutters": { color: token("text-3"), backgroundColor: token("surface"), border: "none" },
  ".cm-cursor": { borderInlineStartColor: token("accent") },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: token("accent-wash") },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: token("hover"), color: token("text") },
  ".cm-tooltip": { color: token("text"), backgroundColor: token("raised"), borderColor: token("line-2") },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: token("text"), backgroundColor: token("accent-wash") },
  ".cm-foldPlaceholder": { color: token("text-2"), backgroundColor: token("hover"), borderColor: token("line") },
});

const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.keyword, tags.definitionKeyword, tags.null, tags.bool], color: token("warn") },
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: token("accent-text") },
    { tag: [tags.atom, tags.variableName, tags.typeName], color: token("info") },
    { tag: [tags.number, tags.integer, tags.float], color: token("info") },
    { tag: [tags.string], color: token("text") },
    { tag: [tags.comment, tags.punctuation, tags.brace, tags.paren, tags.bracket], color: token("text-3") },
  ]),
);

const shared = [lineNumbers(), foldGutter(), drawSelection(), bracketMatching(), colours, theme];
// Tab stays with the page: who comes by keyboard gets out again.
const typing = [history(), indentOnInput(), closeBrackets(), keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap])];

/** What an editor of this language is made of. */
export function extensionsOf(language: Language, label: string, nonce: string, onRun: () => void): Extension[] {
  const run = keymap.of([{ key: "Mod-Enter", preventDefault: true, run: () => (onRun(), true) }]);
  const keys = keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap]);
  const named = [EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }), EditorView.cspNonce.of(nonce)];
  switch (language) {
    case "graphql":
      return [run, ...typing, keys, ...shared, ...named, autocompletion(), ...graphql()];
    case "variables":
      return [run, ...typing, keys, ...shared, ...named, json(), linter((view) => (view.state.doc.length > 0 ? jsonParseLinter()(view) : []))];
    case "result":
      return [run, keys, ...shared, ...named, json(), EditorState.readOnly.of(true), EditorView.lineWrapping];
    default:
      return language satisfies never;
  }
}
