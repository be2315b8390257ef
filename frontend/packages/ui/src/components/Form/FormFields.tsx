import type { FormField } from "@torque/protocol";
import { Controller } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useAfterPress } from "../../hooks/useAfterPress";
import { IconAlertCircle } from "../../icons/tabler";
import { ConflictNote } from "./ConflictNote";
import type { InputValue } from "./convert";
import { FieldInput } from "./FieldInput";
import classes from "./Form.module.css";
import type { FormProps } from "./Form.types";
import type { FormState } from "./useFormState";

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

export type FormFieldsProps = Pick<FormProps, "findReferences" | "titleOf"> & {
  /** Prefix of the ids of the inputs. */
  id: string;
  fields: readonly FormField[];
  state: FormState;
  readOnly: boolean;
  /** Where the focus goes when the form appears. */
  first: string | undefined;
};

/** The inputs of a form, or of one of its steps, in two columns. */
export function FormFields({ id, fields, state, readOnly, first, findReferences, titleOf }: FormFieldsProps) {
  const { form, required, conflicts, settle } = state;
  const { t } = useTranslation("ui");
  const afterPress = useAfterPress();
  return (
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
                onBlur={() => afterPress(input.onBlur)}
                inputRef={input.ref}
                findReferences={findReferences}
                titleOf={titleOf}
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
          {conflicts.has(field.name) && (
            <ConflictNote field={field} mine={(form.getValues(field.name) ?? null) as InputValue} theirs={conflicts.get(field.name) ?? null} titleOf={titleOf} onChoose={(takeTheirs) => settle(field.name, takeTheirs)} />
          )}
        </div>
      ))}
    </div>
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
