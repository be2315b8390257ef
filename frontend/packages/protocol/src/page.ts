/** Pages: what `loadPage` answers. */
import type { Filters, SortOrder } from "./data";
import type { Json, JsonObject } from "./rpc";

export type Action =
  | { type: "openModal"; modal_id: string; record_id?: string }
  | { type: "closeModal"; modal_id?: string }
  | { type: "navigateTo"; page_id: string; params?: { [name: string]: string } }
  | { type: "executeXFlow"; xflow_id: string; input?: JsonObject }
  | { type: "refreshComponent"; component_id?: string }
  | { type: "createEntity"; entity_type: string; data?: JsonObject }
  | { type: "updateEntity"; entity_id: string; data?: JsonObject }
  | { type: "deleteEntity"; entity_id: string }
  | { type: "custom"; script: string };

export type ComponentEvent = { on: string; action: Action };
export type ComponentPosition = { row: number; col: number; width: number; height: number };

export type PageComponent = {
  type: string;
  id: string;
  position: ComponentPosition | null;
  props: { [name: string]: Json | undefined };
  style: { [property: string]: string | number } | null;
  events: ComponentEvent[] | null;
  children: PageComponent[] | null;
  visible_if?: string | null;
};

export type PageLayout = { type: "Single" | "TwoColumn" | "ThreeColumn" | "Grid"; rows: number; columns: number };

export type Page = {
  id: string;
  name?: string;
  title: string;
  layout: PageLayout;
  components: PageComponent[];
  meta: { version: string; generatedAt: string; appId: string; modelVersion?: number; /** Where the labels are in another language than the model's own. */ locale?: string };
};

export type EnumValue = { value: string; label: string; color?: string | null; icon?: string | null };
export type GridColumn = {
  field: string;
  title: string;
  width?: number | null;
  align?: "left" | "center" | "right" | null;
  sortable?: boolean | null;
  filterable?: boolean | null;
  format?: string | null;
  /** Type name of the field ("String", "Enum", "Reference" …), when the server compiled it in. */
  type?: string | null;
  /** Entity a reference column points to. */
  entity?: string | null;
  options?: EnumValue[] | null;
  /** Decimals of an amount. */
  scale?: number;
};

export type DataGridProps = {
  entityType: string;
  columns?: GridColumn[] | null;
  filters?: Filters | null;
  sort?: { field: string; direction?: SortOrder; order?: SortOrder } | { field: string; direction?: SortOrder; order?: SortOrder }[] | null;
  pageSize?: number | null;
  pagination?: boolean | null;
  sorting?: boolean | null;
  filtering?: boolean | null;
  formId?: string | null;
  rowActions?: string[] | null;
  title?: string | null;
};
