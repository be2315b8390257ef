/** The code editor with what editing JSON needs; its workers come from our own origin. */
import * as monaco from "monaco-editor/editor";
import "monaco-editor/features/bracketMatching/register";
import "monaco-editor/features/clipboard/register";
import "monaco-editor/features/comment/register";
import "monaco-editor/features/contextmenu/register";
import "monaco-editor/features/find/register";
import "monaco-editor/features/folding/register";
import "monaco-editor/features/format/register";
import "monaco-editor/features/gotoError/register";
import "monaco-editor/features/hover/register";
import "monaco-editor/features/indentation/register";
import "monaco-editor/features/linesOperations/register";
import "monaco-editor/features/multicursor/register";
import "monaco-editor/features/snippet/register";
import "monaco-editor/features/codicon/register";
import "monaco-editor/editor/contrib/suggest/browser/suggestController";
import "monaco-editor/features/toggleTabFocusMode/register";
import "monaco-editor/features/wordOperations/register";
// JSON brings more of the editor with it once it is first needed; what that asks for has to be known before.
import "monaco-editor/editor/common/services/treeViewsDndService";
import "monaco-editor/editor/contrib/codelens/browser/codeLensCache";
import { jsonDefaults, type JSONSchema } from "monaco-editor/languages/features/json/register";
import EditorWorker from "monaco-editor/editor/editor.worker?worker";
import JsonWorker from "monaco-editor/languages/features/json/json.worker?worker";

self.MonacoEnvironment = { getWorker: (_, label) => (label === "json" ? new JsonWorker() : new EditorWorker()) };

/** The tokens as the hex colours that a theme of the editor wants. */
function colours(): (token: string) => string {
  const style = getComputedStyle(document.documentElement);
  // A minified style sheet writes #fff; the theme wants all six digits.
  return (token) => style.getPropertyValue(`--tq-${token}`).trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
}

/** Brackets are punctuation, whatever their depth. */
const BRACKETS = [1, 2, 3, 4, 5, 6].map((depth) => `editorBracketHighlight.foreground${String(depth)}`);

/** Draws the editor in the tokens of the scheme on show. */
export function applyTheme(scheme: "light" | "dark"): void {
  const colour = colours();
  const bare = (token: string): string => colour(token).slice(1);
  monaco.editor.defineTheme("torque", {
    base: scheme === "dark" ? "vs-dark" : "vs",
    inherit: true,
    rules: [
      { token: "string.key.json", foreground: bare("accent-text") },
      { token: "string.value.json", foreground: bare("text") },
      { token: "number.json", foreground: bare("info") },
      { token: "keyword.json", foreground: bare("warn") },
      { token: "delimiter", foreground: bare("text-3") },
    ],
    colors: {
      "editor.background": colour("surface"),
      "editor.foreground": colour("text"),
      "editorLineNumber.foreground": colour("text-3"),
      "editorLineNumber.activeForeground": colour("text"),
      "editor.lineHighlightBackground": colour("hover"),
      "editor.lineHighlightBorder": colour("hover"),
      "editor.selectionBackground": colour("accent-wash"),
      "editor.inactiveSelectionBackground": colour("accent-wash"),
      "editorCursor.foreground": colour("accent"),
      "editorIndentGuide.background1": colour("line"),
      "editorWidget.background": colour("raised"),
      "editorWidget.border": colour("line-2"),
      "editorSuggestWidget.background": colour("raised"),
      "editorSuggestWidget.border": colour("line-2"),
      "editorSuggestWidget.foreground": colour("text"),
      "editorSuggestWidget.highlightForeground": colour("accent-text"),
      "editorSuggestWidget.selectedBackground": colour("accent-wash"),
      "editorSuggestWidget.selectedForeground": colour("text"),
      "editorHoverWidget.background": colour("raised"),
      "editorHoverWidget.border": colour("line-2"),
      "editorError.foreground": colour("bad-solid"),
      "editorWarning.foreground": colour("warn-solid"),
      ...Object.fromEntries(BRACKETS.map((name) => [name, colour("text-3")])),
      focusBorder: colour("accent"),
    },
  });
  monaco.editor.setTheme("torque");
}

const schemas = new Map<string, { uri: string; fileMatch: string[]; schema: JSONSchema }>();

/** Checks and completes the text at this address by a schema. */
export function setSchema(uri: string, schema: object): void {
  schemas.set(uri, { uri: `torque://schema/${encodeURIComponent(uri)}`, fileMatch: [uri], schema: schema as JSONSchema });
  jsonDefaults.setDiagnosticsOptions({
    validate: true,
    allowComments: false,
    schemaValidation: "error",
    enableSchemaRequest: false,
    schemas: [...schemas.values()],
  });
}

export { monaco };
