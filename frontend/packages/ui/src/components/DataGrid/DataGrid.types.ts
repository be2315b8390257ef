import type { EntityRecord, EnumValue } from "@torque/protocol";
import type { ReactNode } from "react";
import type { FieldTypeName } from "../../format/value";
import type { FilterField, GridFilter } from "../FilterBar/FilterBar.types";

export type GridColumnSpec = {
  field: string;
  title: string;
  type: FieldTypeName;
  /** Least width in pixels; columns share the rest in proportion. Default 150. */
  width?: number | null;
  /** Default: right for numbers, left for everything else. */
  align?: "left" | "center" | "right" | null;
  sortable?: boolean | null;
  filterable?: boolean | null;
  options?: EnumValue[] | null;
  /** Entity a reference points to. */
  entity?: string | null;
  scale?: number;
  format?: string | null;
};

export type GridSort = { field: string; order: "asc" | "desc" };

/** What the reader asked for; the owner keeps it, usually in the address. */
export type GridView = {
  search: string;
  filters: GridFilter[];
  sort: GridSort | null;
  page: number;
  /** The field whose values are headings; without it there are none. */
  group?: string;
};

/** Measures of a group of records: how many, and the sums of its amounts by field. */
export type GridFigures = { count: number; sums: Readonly<Record<string, number>> };

export type GridData = {
  rows: EntityRecord[];
  /** Records that match. */
  total: number;
  /** `total` is only as far as was counted; `more` tells whether records follow those of the page. Default false. */
  totalIsEstimate?: boolean;
  more?: boolean;
  /** Records there are without the reader's filters; null while unknown. */
  all: number | null;
  durationMs: number;
};

export type GridStatus =
  | { name: "loading" }
  | { name: "ready" }
  | { name: "refreshing" }
  | { name: "error"; message: string; code?: string };

export type RowAction = { id: string; label: string; icon?: ReactNode; danger?: boolean; run: (record: EntityRecord) => void };

/** What can be done to several records at once. */
export type BulkAction = {
  id: string;
  label: string;
  icon?: ReactNode;
  danger?: boolean;
} & ({ run: (ids: readonly string[]) => void } | { /** Answers which were refused: they stay chosen. */ attempt: (ids: readonly string[]) => Promise<readonly string[]> } | { /** Asks for a value of this field first; answers which were refused: they stay chosen. */ field: FilterField; apply: (ids: readonly string[], value: string) => Promise<readonly string[]> });

/** A reader's own arrangement of the columns. */
export type GridLayout = {
  /** Fields in the reader's order; columns it does not name keep their own place. */
  order: readonly string[];
  hidden: readonly string[];
  /** Widths in pixels by field. */
  widths: Readonly<Record<string, number>>;
};

export type DataGridProps = {
  /** What the rows are, for the readout and the empty states: "orders". */
  noun: string;
  columns: readonly GridColumnSpec[];
  /** Fields without a column that the view may ask about all the same: an address does. */
  askable?: readonly GridColumnSpec[];
  /** Whether a condition of the view asks anything. Default: it does. */
  narrows?: (filter: GridFilter) => boolean;
  view: GridView;
  onView: (view: GridView) => void;
  data: GridData | null;
  status: GridStatus;
  /** Rows of one page. Default 50. */
  pageSize?: number;
  /** Title of a record a column refers to. */
  titleOf?: (entity: string, id: string) => string | undefined;
  /** Finds records a reference filter may name. */
  findReferences?: FilterField["find"];
  onRetry?: () => void;
  /** More narrows the rows than search and filters say; takes all of it away. */
  onClear?: () => void;
  /** A row was chosen; without it rows are not interactive. */
  onOpen?: (record: EntityRecord) => void;
  /** The record shown in the drawer. */
  openId?: string | null;
  rowActions?: readonly RowAction[];
  /** With these, rows can be chosen. */
  bulkActions?: readonly BulkAction[];
  /** The reader's arrangement of the columns, and who keeps it; without them columns stay as the model has them. */
  layout?: GridLayout;
  onLayout?: (layout: GridLayout) => void;
  /** Fields somebody else just changed: record id → field names. */
  changed?: ReadonlyMap<string, readonly string[]>;
  /** Rows somebody else added that are held back so that nothing moves. Default 0. */
  waiting?: number;
  onShowWaiting?: () => void;
  /** Who changed what, in the readout. */
  live?: ReactNode;
  /** Sums of all records that match, by field. */
  sums?: Readonly<Record<string, number>>;
  /** Figures of the groups on the page, by `groupKey` of their value. */
  groups?: ReadonlyMap<string, GridFigures>;
  /** At the end of the filter bar. */
  tools?: ReactNode;
  /** Ways to fill an empty grid. */
  emptyActions?: ReactNode;
  /** Search and filters. Default true. */
  filtering?: boolean;
  sorting?: boolean;
  paging?: boolean;
  /** Reads on where the rows end; they follow in the same list. */
  onMore?: () => void;
  /** Takes the height of its parent and scrolls inside; otherwise it grows with its rows. Default false. */
  fill?: boolean;
  /** Heading of a grid among others on a page. */
  title?: string;
};
