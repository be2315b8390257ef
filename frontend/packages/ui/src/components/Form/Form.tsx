import type { FormField } from "@torque/protocol";
import { useEffect, useId, useRef, type KeyboardEvent } from "react";
import { Controller } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { IconAlertCircle } from "../../icons/tabler";
import { ErrorPane } from "../ErrorPane/ErrorPane";
import type { InputValue } from "./convert";
import { FieldInput } from "./FieldInput";
import classes from "./Form.module.css";
import type { FormProps } from "./Form.types";
import { FormFooter } from "./FormFooter";
import { useFormState } from "./useFormState";

const FEW_FIELDS = 3;
const SHORT_TEXT = 60;
const HALVES = new Set(["Select", "Radio", "DatePicker", "DateTimePicker", "TimePicker", "NumberInput"]);

/** How many of the two columns a field takes: what the model says, else short things share a line. */
function span(field: FormField, fields: readonly FormField[]): 1 | 2 {
  if (field.colspan) return field.colspan > 1 ? 2 : 1;
  if (fields.length <= FEW_FIELDS) return 2;
  if (HALVES.has(field.field_type)) return 1;
  return field.field_type === "TextInput" && (field.validation?.maxLength ?? Number.MAX_SAFE_INTEGER) <= SHORT_TEXT ? 1 : 2;
}

/** A form drawn from its definition: rules before sending, the server's errors at their fields, nothing lost by accident. */
export function Form(props: FormProps) {
  const { definition, onCancel, submitLabel, placement = "page", readOnly = false } = props;
  const { t } = useTranslation("ui");
  const id = useId();
  const element = useRef<HTMLFormElement>(null);
  const { form, send, visible, required, unsaved, problem } = useFormState(props);
  const { errors, isSubmitting } = form.formState;
  const fields = definition.fields.filter(({ name }) => visible.has(name));
  const first = placement === "drawer" && !readOnly ? fields.find(({ readOnly: fixed }) => !fixed)?.name : undefined;
  useEffect(() => {
    if (first) form.setFocus(first);
    // Only when the form appears: later the focus is the reader's.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const firstError = fields.find(({ name }) => errors[name]);
  const keys = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    element.current?.requestSubmit();
  };
  return (
    <form ref={element} className={classes.form} data-placement={placement} noValidate aria-label={definition.name} onSubmit={(event) => void send(event)} onKeyDown={keys}>
      <div className={classes.body}>
        {problem && <ErrorPane message={problem} />}
        <div className={classes.fields}>
          {fields.map((field) => (
            <div key={field.name} className={classes.field} data-span={span(field, fields)}>
              <Controller
                name={field.name}
                control={form.control}
                render={({ field: input, fieldState }) => (
                  <FieldInput
                    field={field}
                    value={(input.value ?? null) as InputValue}
                    onChange={input.onChange}
                    onBlur={input.onBlur}
                    inputRef={input.ref}
                    findReferences={props.findReferences}
                    titleOf={props.titleOf}
                    frame={{
                      id: `${id}-${field.name}`,
                      label: <FieldLabel text={field.label} optional={!required.has(field.name) && !readOnly && !field.readOnly && field.field_type !== "Checkbox"} />,
                      description: field.help,
                      error: fieldState.error && <FieldProblem text={fieldState.error.message ?? t("form.pattern")} />,
                      disabled: readOnly || field.readOnly,
                      "aria-required": required.has(field.name) || undefined,
                      "data-autofocus": field.name === first || undefined,
                    }}
                  />
                )}
              />
            </div>
          ))}
        </div>
      </div>
      <FormFooter
        errors={fields.filter(({ name }) => errors[name]).length}
        unsaved={unsaved}
        busy={isSubmitting}
        submitLabel={submitLabel ?? t("save")}
        onShowErrors={() => firstError && form.setFocus(firstError.name)}
        onCancel={onCancel}
        canSave={!readOnly}
      />
    </form>
  );
}

function FieldLabel({ text, optional }: { text: string; optional: boolean }) {
  const { t } = useTranslation("ui");
  return (
    <>
      {text}
      {optional && <span className={classes.optional}>{t("optional")}</span>}
    </>
  );
}

function FieldProblem({ text }: { text: string }) {
  return (
    <>
      <IconAlertCircle className={classes.problemIcon} aria-hidden />
      <span>{text}</span>
    </>
  );
}
