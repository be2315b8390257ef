import type { FormDefinition } from "@torque/protocol";
import { useEffect, useMemo, useRef, useState } from "react";
import { useForm, type FieldErrors, type Resolver } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { requiredFields, visibleFields } from "./conditions";
import { changedFields, initialValues, submitted, type InputValues } from "./convert";
import type { FormProps } from "./Form.types";
import { validate } from "./validate";

/** A JSON pointer of the server ("/label") as the field it is about. */
const fieldOf = (path: string): string => path.replace(/^\//, "").split("/")[0] ?? "";

/** What react-hook-form holds: it must not look into the values, whose type has no end. */
type Held = Record<string, unknown>;

/** Asks our own rules in the way react-hook-form wants to hear them. */
function useResolver(definition: FormDefinition): Resolver<Held> {
  const { t } = useTranslation("ui");
  return useMemo(
    () => (held) => {
      const values = held as InputValues;
      const broken = validate(definition, values, visibleFields(definition, values), requiredFields(definition, values), t);
      const errors: FieldErrors<Held> = Object.fromEntries([...broken].map(([name, message]) => [name, { type: "rule", message }]));
      return broken.size > 0 ? { values: {}, errors } : { values: held, errors: {} };
    },
    [definition, t],
  );
}

/** Everything a form knows while it is filled in: values, errors, what changed, and how it is sent. */
export function useFormState({ definition, record, onSubmit, onUnsaved, resetAfterSave }: FormProps) {
  const { t } = useTranslation("ui");
  const start = useMemo(() => initialValues(definition, record), [definition, record]);
  const saved = useRef(start);
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm<Held>({ defaultValues: start, mode: "onBlur", reValidateMode: "onChange", resolver: useResolver(definition), shouldFocusError: true });
  const values = form.watch() as InputValues;
  useEffect(() => {
    const typed = new Set(changedFields(definition, saved.current, form.getValues() as InputValues));
    saved.current = start;
    definition.fields.filter(({ name }) => !typed.has(name)).forEach(({ name }) => form.setValue(name, start[name] ?? null));
  }, [start, definition, form]);
  const unsaved = changedFields(definition, saved.current, values).length;
  useEffect(() => onUnsaved?.(unsaved), [unsaved, onUnsaved]);
  useEffect(() => {
    if (unsaved === 0) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [unsaved]);
  const visible = visibleFields(definition, values);
  const send = form.handleSubmit(async () => {
    const current = form.getValues() as InputValues;
    const outcome = await onSubmit(submitted(definition, visible, saved.current, current, !record));
    setProblem(null);
    if (outcome.ok) {
      saved.current = resetAfterSave ? start : current;
      form.reset(saved.current);
      onUnsaved?.(0);
      return;
    }
    const known = outcome.errors.filter(({ path }) => visible.has(fieldOf(path)));
    known.forEach(({ path, message }) => form.setError(fieldOf(path), { type: "server", message }));
    const elsewhere = outcome.errors.filter((error) => !known.includes(error)).map(({ message }) => message);
    setProblem([outcome.message, ...elsewhere].filter(Boolean).join(" ") || (known.length > 0 ? null : t("form.failed")));
    if (known[0]) form.setFocus(fieldOf(known[0].path));
  });
  return { form, send, visible, required: requiredFields(definition, values), unsaved, problem };
}
