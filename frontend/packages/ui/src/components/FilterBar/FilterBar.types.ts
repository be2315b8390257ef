import type { EnumValue } from "@torque/protocol";
import type { ReactNode } from "react";
import type { FieldTypeName } from "../../format/value";

/** The operators of the query language; "has a value" is `is_null` turned round. */
export type Operator = "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "between" | "in" | "nin" | "contains" | "starts_with" | "ends_with" | "is_null" | "has_value";

/** One condition; the value is what stands in the address, a string for every type, and several of them joined into one. */
export type GridFilter = { field: string; operator: Operator; value: string };

export type Choice = { value: string; label: string };

export type FilterField = {
  name: string;
  label: string;
  type: FieldTypeName;
  options?: EnumValue[] | null;
  entity?: string | null;
  /** Finds records of `entity` by text, for a reference. */
  find?: (entity: string, text: string) => Promise<Choice[]>;
  /** Title of a record a value names. */
  titleOf?: (id: string) => string | undefined;
  /** Among those a filter may be added for; without it only an address asks for it. Default true. */
  offered?: boolean;
};

export type FilterBarProps = {
  /** "Search orders"; no search field without it. */
  searchLabel?: string;
  search: string;
  onSearch: (text: string) => void;
  fields: readonly FilterField[];
  filters: readonly GridFilter[];
  onFilters: (filters: GridFilter[]) => void;
  /** Whether a condition with a value asks anything: an address may hold what is none of its field. Default: it does. */
  narrows?: (filter: GridFilter) => boolean;
  /** Before the chips. */
  before?: ReactNode;
  /** At the end of the bar. */
  children?: ReactNode;
};
