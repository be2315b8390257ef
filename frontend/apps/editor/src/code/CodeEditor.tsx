import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useEffectEvent, useRef } from "react";
import { applyTheme, monaco, setSchema } from "./monaco";
import classes from "./code.module.css";

export type CodeEditorProps = {
  /** Name of the text; also under which its schema is found. */
  path: string;
  label: string;
  /**
   * What is shown while nobody has typed; undefined once somebody has. The editor keeps its own text: handing what was
   * typed back to it would undo keys pressed meanwhile.
   */
  text: string | undefined;
  onChange: (value: string) => void;
  /** Ctrl S, with the text as it is: what was typed just before may not have been drawn yet. */
  onSave: (value: string) => void;
  schema: object | undefined;
  /** How many errors its text has now. */
  onErrors: (count: number) => void;
};

/** A JSON text with completion and checks by a schema. */
export function CodeEditor({ path, label, text, onChange, onSave, schema, onErrors }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<ReturnType<typeof monaco.editor.create>>(null);
  const scheme = useComputedColorScheme("light");
  const first = useRef(text ?? "");
  const changed = useEffectEvent(onChange);
  const saved = useEffectEvent(onSave);
  const checked = useEffectEvent(onErrors);

  useEffect(() => {
    if (!host.current) return undefined;
    const uri = monaco.Uri.parse(`torque://document/${path}.json`);
    const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel(first.current, "json", uri);
    const made = monaco.editor.create(host.current, {
      model,
      ariaLabel: label,
      automaticLayout: true,
      minimap: { enabled: false },
      fontFamily: getComputedStyle(host.current).fontFamily,
      fontSize: 12,
      lineHeight: 20,
      fontLigatures: false,
      tabSize: 2,
      scrollBeyondLastLine: false,
      fixedOverflowWidgets: true,
      renderLineHighlightOnlyWhenFocus: true,
      overviewRulerBorder: false,
      hideCursorInOverviewRuler: true,
      padding: { top: 8, bottom: 8 },
      quickSuggestions: { strings: true, other: true },
      accessibilitySupport: "on",
    });
    editor.current = made;
    made.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => {
      saved(made.getValue());
    });
    const subscriptions = [
      made.onDidChangeModelContent(() => {
        changed(made.getValue());
      }),
      monaco.editor.onDidChangeMarkers((uris) => {
        if (!uris.some((one) => one.toString() === uri.toString())) return;
        checked(monaco.editor.getModelMarkers({ resource: uri }).filter((marker) => marker.severity === monaco.MarkerSeverity.Error).length);
      }),
    ];
    return () => {
      subscriptions.forEach((subscription) => {
        subscription.dispose();
      });
      editor.current = null;
      made.dispose();
      model.dispose();
    };
  }, [path, label]);

  useEffect(() => {
    if (schema) setSchema(`torque://document/${path}.json`, schema);
  }, [path, schema]);

  useEffect(() => {
    applyTheme(scheme);
  }, [scheme]);

  useEffect(() => {
    const current = editor.current;
    if (!current || text === undefined || current.getValue() === text) return;
    const model = current.getModel();
    if (model) current.executeEdits("outside", [{ range: model.getFullModelRange(), text }]);
  }, [text]);

  return <div ref={host} className={classes.code} dir="ltr" />;
}
