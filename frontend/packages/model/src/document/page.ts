/** Pages and forms of a torque/1 document. */

export interface Position {
  row: number;
  col: number;
  width: number;
  height: number;
}

export interface ComponentEvent {
  on: string;
  action: Record<string, unknown>;
}

export interface Component {
  id: string;
  type: string;
  position?: Position;
  props?: Record<string, unknown>;
  style?: Record<string, unknown>;
  events?: ComponentEvent[];
  children?: Component[];
  visible_if?: string;
}

export const PAGE_TYPES = ["List", "Grid", "Dashboard", "Form", "Detail", "Custom", "Wizard"] as const;
export type PageType = (typeof PAGE_TYPES)[number];

export const LAYOUT_TYPES = ["Single", "TwoColumn", "ThreeColumn", "Grid"] as const;

export interface PageLayout {
  type?: (typeof LAYOUT_TYPES)[number];
  rows?: number;
  columns?: number;
  breakpoints?: { name: string; min_width: number; columns: number }[];
}

export interface Page {
  id: string;
  name: string;
  title?: string;
  type?: PageType;
  path?: string;
  icon?: string;
  in_navigation?: boolean;
  target_entities?: string[];
  layout?: PageLayout;
  components?: Component[];
}

export const FORM_FIELD_TYPES = [
  "TextInput",
  "TextArea",
  "Select",
  "MultiSelect",
  "Checkbox",
  "Radio",
  "DatePicker",
  "DateTimePicker",
  "TimePicker",
  "NumberInput",
  "ReferenceSelect",
  "JsonEditor",
  "FileInput",
  "RichText",
] as const;
export type FormFieldType = (typeof FORM_FIELD_TYPES)[number];

export interface FormField {
  id?: string;
  name: string;
  field_type: FormFieldType;
  label?: string;
  required?: boolean;
  placeholder?: string;
  help?: string;
  options?: unknown[];
  show_if?: string;
  required_if?: string;
  colspan?: number;
}

export interface Form {
  id: string;
  name: string;
  entity_type: string;
  fields: FormField[];
  layout?: Record<string, unknown>;
  steps?: unknown[];
  validation?: unknown[];
  submit_action?: unknown;
}
