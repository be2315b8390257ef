import type { FormDefinition } from "@torque/protocol";
import { useEffect, useMemo, useRef, useState } from "react";
import { useForm, type FieldErrors, type Resolver, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useLocale } from "../../i18n/I18nProvider";
import { requiredFields, scopeOf, visibleFields } from "./conditions";
import { conflictsOf, type Conflicts } from "./conflicts";
import { changedFields, initialValues, submitted, type InputValues } from "./convert";
import type { FormProps } from "./Form.types";
import { useKeeping, useKept } from "./useDraft";
import { validate } from "./validate";

/** A JSON pointer of the server ("/label") as the field it is about. */
const fieldOf = (path: string): string => path.replace(/^\//, "").split("/")[0] ?? "";

/** What react-hook-form holds: it must not look into the values, whose type has no end. */
type Held = Record<string, unknown>;

export type FormState = {
  form: UseFormReturn<Held>;
  /** Sends the form and returns the field that needs attention first, if one does. */
  send: () => Promise<string | null>;
  visible: ReadonlySet<string>;
  required: ReadonlySet<string>;
  unsaved: number;
  /** It shows what was typed before the page was loaded again. */
  drafted: boolean;
  /** What is wrong with the whole. */
  problem: string | null;
  conflicts: Conflicts;
  settle: (field: string, takeTheirs: boolean) => void;
};

/** Asks our own rules in the way react-hook-form wants to hear them. */
function useResolver(definition: FormDefinition, record: FormProps["record"]): Resolver<Held> {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  return useMemo(
    () => (held) => {
      const values = held as InputValues;
      const scope = scopeOf(definition, values, record);
      const broken = validate(definition, values, visibleFields(definition, scope), requiredFields(definition, scope), locale, t);
      const errors: FieldErrors<Held> = Object.fromEntries([...broken].map(([name, message]) => [name, { type: "rule", message }]));
      return broken.size > 0 ? { values: {}, errors } : { values: held, errors: {} };
    },
    [definition, record, locale, t],
  );
}

/** Asks before the window is closed with something unsaved, and tells the owner how much that is. */
function useUnsaved(unsaved: number, onUnsaved: FormProps["onUnsaved"]): void {
  useEffect(() => onUnsaved?.(unsaved), [unsaved, onUnsaved]);
  useEffect(() => {
    if (unsaved === 0) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [unsaved]);
}

const NONE: Conflicts = new Map();

/** Everything a form knows while it is filled in: values, errors, what changed, and how it is sent. */
export function useFormState({ definition, record, onSubmit, onUnsaved, resetAfterSave, draft }: FormProps): FormState {
  const { t } = useTranslation("ui");
  const start = useMemo(() => initialValues(definition, record), [definition, record]);
  const kept = useKept(definition, draft, start);
  const saved = useRef(start);
  const sending = useRef(false);
  const [settled, setSettled] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [conflicts, setConflicts] = useState<Conflicts>(kept.conflicts);
  const form = useForm<Held>({ defaultValues: kept.values, mode: "onBlur", reValidateMode: "onChange", resolver: useResolver(definition, record), shouldFocusError: false });
  const values = form.watch() as InputValues;
  useEffect(() => {
    const current = form.getValues() as InputValues;
    const typed = new Set(changedFields(definition, saved.current, current));
    const clashes = conflictsOf(definition, saved.current, start, current);
    saved.current = start;
    definition.fields.filter(({ name }) => !typed.has(name)).forEach(({ name }) => form.setValue(name, start[name] ?? null));
    if (clashes.size > 0) setConflicts((before) => new Map([...before, ...clashes]));
  }, [start, definition, form]);
  useKeeping(definition, draft, saved.current, values);
  const unsaved = changedFields(definition, saved.current, values).length;
  useUnsaved(unsaved, onUnsaved);
  const scope = scopeOf(definition, values, record);
  const visible = visibleFields(definition, scope);
  const open: Conflicts = new Map([...conflicts].filter(([name]) => visible.has(name)));
  const order = (names: ReadonlySet<string>): string | null => definition.fields.find(({ name }) => names.has(name))?.name ?? null;
  const post = async (): Promise<string | null> => {
    const current = form.getValues() as InputValues;
    const outcome = await onSubmit(submitted(definition, visible, saved.current, current, !record));
    setProblem(null);
    if (outcome.ok) {
      // The owner may have closed the form by now, and then nothing else would tell.
      draft?.write(null);
      saved.current = resetAfterSave ? start : current;
      form.reset(saved.current);
      setConflicts(NONE);
      setSettled(true);
      onUnsaved?.(0);
      return null;
    }
    const known = outcome.errors.filter(({ path }) => visible.has(fieldOf(path)));
    known.forEach(({ path, message }) => form.setError(fieldOf(path), { type: "server", message }));
    const elsewhere = outcome.errors.filter((error) => !known.includes(error)).map(({ message }) => message);
    const nothingElse = known.length > 0 || outcome.conflict;
    setProblem([outcome.message, ...elsewhere].filter(Boolean).join(" ") || (nothingElse ? null : t("form.failed")));
    return order(new Set(known.map(({ path }) => fieldOf(path))));
  };
  const send = async (): Promise<string | null> => {
    // Pressed twice is meant once.
    if (sending.current) return null;
    if (open.size > 0) return order(new Set(open.keys()));
    sending.current = true;
    let attention: string | null = null;
    const run = form.handleSubmit(
      async () => {
        attention = await post();
      },
      (errors) => {
        attention = order(new Set(Object.keys(errors)));
      },
    );
    try {
      await run();
    } finally {
      sending.current = false;
    }
    return attention;
  };
  const settle = (field: string, takeTheirs: boolean): void => {
    if (takeTheirs) form.setValue(field, conflicts.get(field) ?? null, { shouldValidate: true });
    setConflicts((before) => new Map([...before].filter(([name]) => name !== field)));
  };
  return { form, send, visible, required: requiredFields(definition, scope), unsaved, drafted: kept.drafted && !settled, problem, conflicts: open, settle };
}
