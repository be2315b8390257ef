/** Entities, fields and relationships of a torque/1 document. */

export interface EnumValue {
  value: string;
  label?: string;
  color?: string;
  icon?: string;
}

export type FieldType =
  | { type: "String"; max_length?: number | null }
  | { type: "Integer"; min?: number | null; max?: number | null }
  | { type: "Decimal"; scale?: number | null; min?: number | null; max?: number | null }
  | { type: "Float"; min?: number | null; max?: number | null }
  | { type: "Boolean" }
  | { type: "DateTime" }
  | { type: "Date" }
  | { type: "Time" }
  | { type: "Json" }
  | { type: "Binary"; max_size?: number; types?: string[] }
  | { type: "Enum"; values: (string | EnumValue)[] }
  | { type: "Reference"; entity: string }
  | { type: "Array"; element_type: FieldType };

export type FieldTypeName = FieldType["type"];

export const FIELD_TYPES = [
  "String",
  "Integer",
  "Decimal",
  "Float",
  "Boolean",
  "DateTime",
  "Date",
  "Time",
  "Enum",
  "Reference",
  "Array",
  "Json",
  "Binary",
] as const satisfies readonly FieldTypeName[];

export const RULE_TYPES = [
  "Required",
  "MinLength",
  "MaxLength",
  "Pattern",
  "Email",
  "Url",
  "Range",
  "Custom",
] as const;
export type RuleType = (typeof RULE_TYPES)[number];

export const SEVERITIES = ["Error", "Warning", "Info"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface ValidationRule {
  type: RuleType;
  value?: unknown;
  message?: string;
  severity?: Severity;
}

export interface FieldUi {
  component_type?: string;
  label?: string;
  placeholder?: string;
  help_text?: string;
  visibility?: string;
  edit_mode?: string;
  show_if?: string;
  custom_props?: Record<string, unknown>;
}

export interface Field {
  id: string;
  name: string;
  key?: string;
  display_name?: string;
  field_type: FieldType;
  required?: boolean;
  unique?: boolean;
  indexed?: boolean;
  default_value?: unknown;
  computed?: string;
  validation?: ValidationRule[];
  ui_config?: FieldUi;
}

/** Kinds whose records a server keeps; the format has more. */
export const ENTITY_KINDS = ["Data", "Lookup"] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number] | "Audit" | "Temporary" | "View";

export const CONSTRAINT_TYPES = ["PrimaryKey", "UniqueKey", "ForeignKey", "Check"] as const;
export type ConstraintType = (typeof CONSTRAINT_TYPES)[number];

export interface Constraint {
  id?: string;
  type: ConstraintType;
  name: string;
  fields?: string[];
  message?: string;
  expression?: string;
}

export const INDEX_TYPES = ["BTree", "Hash", "Gin", "Gist"] as const;
export type IndexType = (typeof INDEX_TYPES)[number];

export interface Index {
  id?: string;
  name: string;
  fields: string[];
  type?: IndexType;
  unique?: boolean;
}

/** What happens to a record; workflows may be started by it. */
export const LIFECYCLE_EVENTS = ["BeforeCreate", "AfterCreate", "BeforeUpdate", "AfterUpdate", "BeforeDelete", "AfterDelete", "OnValidate", "OnRead"] as const;

export interface LifecycleHook {
  event: string;
  xflow: string;
  enabled?: boolean;
  order?: number;
}

export interface Behavior {
  auditing?: { enabled?: boolean; track_changes?: boolean; track_access?: boolean };
  caching?: { enabled?: boolean; ttl_seconds?: number };
}

export interface EntityUi {
  icon?: string;
  color?: string;
  diagram?: { x: number; y: number };
  list_view?: {
    columns?: string[];
    default_sort?: { field: string; direction?: string };
    page_size?: number;
    filters?: unknown;
  };
  detail_view?: { layout?: string; sections?: unknown[] };
  form_view?: { layout?: string; validation?: unknown };
  title_field?: string;
}

export interface Entity {
  id: string;
  name: string;
  key?: string;
  display_name?: string;
  description?: string;
  kind?: EntityKind;
  fields: Field[];
  retired_keys?: string[];
  constraints?: Constraint[];
  indexes?: Index[];
  ui_config?: EntityUi;
  behavior?: Behavior;
  lifecycle_hooks?: LifecycleHook[];
}

export const RELATIONSHIP_TYPES = ["OneToOne", "OneToMany", "ManyToOne", "ManyToMany"] as const;
export type RelationshipType = (typeof RELATIONSHIP_TYPES)[number];

export const CASCADES = ["None", "Delete", "SetNull", "Restrict"] as const;
export type Cascade = (typeof CASCADES)[number];

export interface Relationship {
  id: string;
  name: string;
  type: RelationshipType;
  from_entity: string;
  to_entity: string;
  from_field?: string | null;
  to_field?: string | null;
  cascade?: Cascade;
  ui_config?: { display_in_form?: boolean; display_in_list?: boolean; component_type?: string };
}
