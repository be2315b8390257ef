import { inOrder, sameJson } from "@torque/model";
import { Button } from "@torque/ui";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";
import { LazyCodeEditor } from "../code/LazyCodeEditor";
import { Confirm } from "../parts/Confirm";
import { Tag } from "../parts/Tag";
import classes from "./pages.module.css";

export type JsonPartProps<T extends { id: string }> = {
  /** Under which the text is kept and its schema found. */
  path: string;
  label: string;
  stored: T;
  schema: object | undefined;
  /** What is wrong beyond the schema; undefined when it can be applied. */
  problem: (value: T) => string | undefined;
  /** False when the changes were refused. */
  onApply: (value: T) => boolean;
  /** Beside the text: drawn from the draft while it can be read. */
  preview: (draft: T, unsaved: boolean) => ReactNode;
  /** Which half a narrow screen shows. */
  narrow: "text" | "preview";
};

type Read<T> = { value: T } | { message: string };

function read<T>(text: string): Read<T> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { message: "{ … }" };
    return { value: value as T };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
}

const write = (value: unknown): string => JSON.stringify(inOrder(value), null, 2);

/** A part of the model as JSON, with its preview; applied as one change set, or discarded. */
export function JsonPart<T extends { id: string }>({ path, label, stored, schema, problem, onApply, preview, narrow }: JsonPartProps<T>) {
  const { t } = useTranslation("editor");
  const storedText = useMemo(() => write(stored), [stored]);
  const [draft, setDraft] = useState<{ text: string; on: string }>();
  const [errors, setErrors] = useState(0);
  const [refusal, setRefusal] = useState<string>();
  const text = draft?.text ?? storedText;
  const now = useMemo(() => read<T>(text), [text]);
  const value = "value" in now ? now.value : undefined;
  const [lastGood, setLastGood] = useState(stored);
  if (value && value !== lastGood && !sameJson(value, lastGood)) setLastGood(value);
  const unsaved = value ? !sameJson(value, stored) : true;
  const moved = draft !== undefined && unsaved && draft.on !== storedText;

  const apply = (typed: string): void => {
    const given = read<T>(typed);
    if ("message" in given) {
      setRefusal(given.message);
      return;
    }
    const wrong = problem(given.value);
    setRefusal(wrong);
    if (!wrong && onApply(given.value)) setDraft(undefined);
  };
  const discard = (): void => {
    setDraft(undefined);
    setRefusal(undefined);
  };
  return (
    <div className={classes.halves} data-narrow={narrow}>
      <section className={classes.text} aria-label={label}>
        <LazyCodeEditor
          key={path}
          path={path}
          label={label}
          text={draft ? undefined : storedText}
          schema={schema}
          onChange={(next) => {
            setRefusal(undefined);
            setDraft((before) => (before || next !== storedText ? { text: next, on: before?.on ?? storedText } : before));
          }}
          onSave={apply}
          onErrors={setErrors}
        />
        <footer className={classes.foot}>
          <span role="status" className={classes.state}>
            {refusal ? (
              <span className={classes.refusal}>{refusal}</span>
            ) : moved ? (
              <Tag tone="warn">{t("json.moved")}</Tag>
            ) : (
              <>
                {draft && unsaved ? t("json.unsaved") : t("panel.same")}
                {errors > 0 && <span className={classes.refusal}>{t("json.errors", { count: errors })}</span>}
              </>
            )}
          </span>
          {draft && unsaved && <Button onClick={discard}>{t("panel.discard")}</Button>}
          <Button kind="primary" shortcut="Ctrl S" onClick={() => apply(text)}>
            {t("panel.apply")}
          </Button>
        </footer>
      </section>
      <div className={classes.drawn}>{preview(value ?? lastGood, draft !== undefined && unsaved)}</div>
      <LeaveGuard unsaved={unsaved && draft !== undefined} label={label} />
    </div>
  );
}

/** Asks before a draft is lost by going elsewhere in the editor, and by closing the tab. */
function LeaveGuard({ unsaved, label }: { unsaved: boolean; label: string }) {
  const { t } = useTranslation("editor");
  const blocker = useBlocker(({ currentLocation, nextLocation }) => unsaved && currentLocation.pathname !== nextLocation.pathname);
  useEffect(() => {
    if (!unsaved) return undefined;
    const ask = (event: BeforeUnloadEvent): void => {
      event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => {
      window.removeEventListener("beforeunload", ask);
    };
  }, [unsaved]);
  return (
    <Confirm
      opened={blocker.state === "blocked"}
      title={t("json.leaveTitle")}
      verb={t("json.leaveVerb")}
      onConfirm={() => {
        blocker.proceed?.();
        return Promise.resolve();
      }}
      onClose={() => {
        if (blocker.state === "blocked") blocker.reset();
      }}
    >
      <p>{t("json.leaveText", { name: label })}</p>
    </Confirm>
  );
}
