import { NumberInput, Textarea, TextInput } from "@mantine/core";
import type { Ref } from "react";
import { useLocale } from "../../i18n/I18nProvider";
import { CheckboxInput, MultiSelectInput, RadioInput, SelectInput } from "./ChoiceInputs";
import { FileField } from "./FileField";
import { FilesField } from "./FilesField";
import classes from "./Form.module.css";
import type { FieldInputProps } from "./inputs.types";
import { ReferenceInput } from "./ReferenceInput";
import { DateField, DateTimeField, TimeField } from "./TimeInputs";

const MIN_ROWS = 3;
const MAX_ROWS = 12;

/** The input of a field, by its form field type. */
export function FieldInput(props: FieldInputProps) {
  const { field, value, onChange, onBlur, inputRef, frame } = props;
  // Text is written in the direction of its own script; what is still empty in that of the page.
  const direction = value === null || value === "" ? undefined : "auto";
  switch (field.field_type) {
    case "TextInput":
      return <TextInput {...frame} dir={direction} ref={inputRef as Ref<HTMLInputElement>} type={inputType(props)} value={String(value ?? "")} onChange={(event) => onChange(event.currentTarget.value)} onBlur={onBlur} placeholder={field.placeholder} />;
    case "TextArea":
    case "RichText":
      return <Textarea {...frame} dir={direction} ref={inputRef as Ref<HTMLTextAreaElement>} autosize minRows={MIN_ROWS} maxRows={MAX_ROWS} value={String(value ?? "")} onChange={(event) => onChange(event.currentTarget.value)} onBlur={onBlur} placeholder={field.placeholder} />;
    case "JsonEditor":
      return <Textarea {...frame} dir="ltr" ref={inputRef as Ref<HTMLTextAreaElement>} classNames={{ input: classes.code }} autosize minRows={MIN_ROWS} maxRows={MAX_ROWS} spellCheck={false} value={String(value ?? "")} onChange={(event) => onChange(event.currentTarget.value)} onBlur={onBlur} placeholder={field.placeholder} />;
    case "NumberInput":
      return <NumberField {...props} />;
    case "Select":
      return <SelectInput {...props} />;
    case "MultiSelect":
      return <MultiSelectInput {...props} />;
    case "Checkbox":
      return <CheckboxInput {...props} />;
    case "Radio":
      return <RadioInput {...props} />;
    case "DatePicker":
      return <DateField {...props} />;
    case "DateTimePicker":
      return <DateTimeField {...props} />;
    case "TimePicker":
      return <TimeField {...props} />;
    case "ReferenceSelect":
      return <ReferenceInput {...props} />;
    case "FileInput":
      return field.multiple ? <FilesField {...props} /> : <FileField {...props} />;
    default:
      return field.field_type satisfies never;
  }
}

const inputType = ({ field }: FieldInputProps): "email" | "url" | "text" => (field.validation?.email ? "email" : field.validation?.url ? "url" : "text");

function NumberField({ field, value, onChange, onBlur, inputRef, frame }: FieldInputProps) {
  const { integer, scale } = field.validation ?? {};
  const locale = useLocale();
  const decimal = new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === "decimal")?.value ?? ".";
  return (
    <NumberInput
      {...frame}
      ref={inputRef as Ref<HTMLInputElement>}
      classNames={{ input: classes.number }}
      hideControls
      allowDecimal={!integer}
      decimalSeparator={decimal}
      allowedDecimalSeparators={[".", ","]}
      decimalScale={scale}
      value={typeof value === "number" || typeof value === "string" ? value : ""}
      onChange={(next) => onChange(next)}
      onBlur={onBlur}
      placeholder={field.placeholder}
    />
  );
}
