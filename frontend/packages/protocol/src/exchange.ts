/** Files of records: what REST answers about them, and what the live feed tells while they are read and written. */
export type FileFormat = "csv" | "json" | "ndjson" | "xlsx";

/** A field as far as files are concerned. */
export type FileField = {
  name: string;
  label: string;
  type: string;
  required: boolean;
  /** Records can be found by it, to be changed. */
  unique: boolean;
  /** Unique fields by which the records it refers to can be named. */
  keys: string[];
  /** False for what only comes out. */
  importable: boolean;
};

/** A column of a file: the field it would go into ("" when none), and some of its values. */
export type FileColumn = { name: string; field: string; samples: string[] };
export type FilePreview = { format: FileFormat; columns: FileColumn[] };

/** Why a row was not taken; the first row of data is 1. */
export type RowFault = { row: number; path: string; rule: string; message: string };

export type ImportReport = {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  links: number;
  /** False when nothing was kept. */
  applied: boolean;
  dryRun: boolean;
  /** The first of the rows that were not taken. */
  errors: RowFault[];
  /** Columns that no field takes. */
  ignored: string[];
  /** What was taken by a guess. */
  notes?: string[];
};

/** How far a file is; who may not see all records gets only the first three. */
export type ExchangeFigures = {
  id: string;
  direction: "import" | "export";
  state: "running" | "done" | "refused" | "failed";
  rows?: number;
  created?: number;
  updated?: number;
  failed?: number;
  bytes?: number;
  size?: number | null;
  /** Rows in a second. */
  rate?: number;
  secondsLeft?: number | null;
};
