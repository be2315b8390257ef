import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { updateSchema } from "cm6-graphql";
import type { GraphQLSchema } from "graphql";
import { useEffect, useEffectEvent, useRef, type Ref } from "react";
import { extensionsOf, type Language } from "./code";
import classes from "./playground.module.css";

export type CodePaneProps = {
  language: Language;
  /** What it is called on the screen and by screen readers. */
  label: string;
  /** What it holds at first, and whenever this changes. */
  text: string;
  onChange?: (text: string) => void;
  /** Ctrl Enter. */
  onRun: () => void;
  schema?: GraphQLSchema | undefined;
  className?: string;
  /** The editor itself, for whoever asks where its cursor is. */
  view?: Ref<EditorView | null>;
};

/** A named editor of text that keeps its own state; only another `text` replaces it. */
export function CodePane({ language, label, text, onChange, onRun, schema, className, view }: CodePaneProps) {
  const host = useRef<HTMLDivElement>(null);
  const made = useRef<EditorView>(null);
  const changed = useEffectEvent((value: string) => onChange?.(value));
  const ran = useEffectEvent(onRun);
  const first = useEffectEvent(() => text);
  const handOut = useEffectEvent((editor: EditorView | null) => {
    if (typeof view === "function") view(editor);
    else if (view) view.current = editor;
  });

  useEffect(() => {
    if (!host.current) return undefined;
    const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
    const told = EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    });
    const state = EditorState.create({
      doc: first(),
      extensions: [
        extensionsOf(language, label, nonce, () => {
          ran();
        }),
        told,
      ],
    });
    const editor = new EditorView({ state, parent: host.current });
    made.current = editor;
    handOut(editor);
    return () => {
      handOut(null);
      made.current = null;
      editor.destroy();
    };
  }, [language, label]);

  useEffect(() => {
    const editor = made.current;
    if (editor && editor.state.doc.toString() !== text) editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text, label]);

  useEffect(() => {
    if (made.current && language === "graphql" && schema) updateSchema(made.current, schema);
  }, [schema, language, label]);

  return (
    <section className={`${classes.pane ?? ""} ${className ?? ""}`} aria-label={label}>
      <h2 className={classes.paneTitle}>{label}</h2>
      <div ref={host} className={classes.code} />
    </section>
  );
}
