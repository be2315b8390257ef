/** Forms: what `getFormDefinition` answers. */
import type { Json } from "./rpc";

export type FormFieldType =
  | "TextInput"
  | "TextArea"
  | "Select"
  | "MultiSelect"
  | "Checkbox"
  | "Radio"
  | "DatePicker"
  | "DateTimePicker"
  | "TimePicker"
  | "NumberInput"
  | "ReferenceSelect"
  | "JsonEditor"
  | "FileInput"
  | "RichText";

export type FormOption = { value: string; label: string; color?: string | null; icon?: string | null };

export type FieldValidation = {
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  email?: boolean;
  url?: boolean;
  /** A number, or a day, time or moment as the model writes it. */
  min?: number | string;
  max?: number | string;
  scale?: number;
  integer?: boolean;
  /** Bytes of a file. */
  maxSize?: number;
  /** Media types of a file, as `image/png` or `image/*`. */
  accept?: string[];
};

export type FormField = {
  name: string;
  field_type: FormFieldType;
  label: string;
  required?: boolean;
  placeholder?: string;
  help?: string;
  options?: FormOption[];
  show_if?: string;
  required_if?: string;
  colspan?: number;
  entity?: string;
  multiple?: boolean;
  readOnly?: boolean;
  defaultValue?: Json;
  validation?: FieldValidation;
};

export type FormRule = { rule_type: string; field: string; value?: Json; message: string };
export type SubmitAction = "SaveEntity" | "SaveAndClose" | "SaveAndNew" | { Custom: { xflow_id: string } };

export type FormDefinition = {
  id: string;
  name: string;
  entity_type: string;
  fields: FormField[];
  validation?: FormRule[];
  submit_action?: SubmitAction;
  layout?: { type?: string; spacing?: string; columns?: number } | null;
  steps?: { title: string; fields: string[] }[];
};
