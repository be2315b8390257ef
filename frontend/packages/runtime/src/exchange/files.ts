/** Files as the browser has them, and what is asked about them: names of formats, beginnings, queries. No React. */
import type { FileFormat, Filters, ImportReport, RowFault } from "@torque/protocol";

const EXTENSIONS: Readonly<Record<string, FileFormat>> = { csv: "csv", tsv: "csv", txt: "csv", json: "json", ndjson: "ndjson", jsonl: "ndjson", xlsx: "xlsx" };

/** What a file field of the browser may offer. */
export const ACCEPTED = Object.keys(EXTENSIONS)
  .map((extension) => `.${extension}`)
  .join(",");

/** The format a file's name says; null for any other. */
export const formatOf = ({ name }: { name: string }): FileFormat | null => EXTENSIONS[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? null;

/** Bytes that are enough to know the columns of what is read line by line. */
const HEAD = 1 << 18;
const LINE_END = 10;

/** What a preview needs of a file: the first whole lines, or all of what has no lines. */
export async function headOf(file: Blob, format: FileFormat): Promise<Blob> {
  if (file.size <= HEAD || format === "json" || format === "xlsx") return file;
  const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const end = bytes.lastIndexOf(LINE_END);
  // UTF-16 has a second byte behind the line end; the format itself finds out which it is.
  return file.slice(0, end < 0 ? HEAD : end + 1 + (bytes[end + 1] === 0 ? 1 : 0));
}

export type ImportWish = {
  format: FileFormat;
  /** Column to field; "" leaves it out. */
  columns: Readonly<Record<string, string>>;
  /** Unique field by which records are changed; "" for none. */
  upsert: string;
  skipInvalid: boolean;
  dryRun: boolean;
};

/** The query of an import: every column is named, so that nothing is guessed anew. */
export function importQuery({ format, columns, upsert, skipInvalid, dryRun }: ImportWish): string {
  const query = new URLSearchParams({ format, skipInvalid: String(skipInvalid), dryRun: String(dryRun) });
  if (upsert) query.set("upsert", upsert);
  Object.entries(columns).forEach(([column, field]) => query.append("map", `${column}=${field}`));
  return query.toString();
}

export type ExportQuery = {
  format: FileFormat;
  filters?: Filters;
  search?: string;
  sort?: { field: string; order: "asc" | "desc" } | null;
  fields: readonly string[];
  references: "id" | "key";
};

export function exportQuery({ format, filters, search, sort, fields, references }: ExportQuery): string {
  const query = new URLSearchParams({ format, references, fields: fields.join(",") });
  if (filters && Object.keys(filters).length > 0) query.set("filter", JSON.stringify(filters));
  if (search) query.set("search", search);
  if (sort) query.set("sort", `${sort.order === "desc" ? "-" : ""}${sort.field}`);
  return query.toString();
}

const quoted = (text: string): string => (/[",\r\n]|^[=+\-@\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
/** A cell that begins like a formula is text to a spreadsheet only behind an apostrophe. */
const harmless = (text: string): string => (/^[=+\-@\t]/.test(text) ? `'${text}` : text);

/** The faults of a report as CSV. */
export function faultsFile(faults: readonly RowFault[], heads: readonly string[]): Blob {
  const lines = faults.toSorted((one, other) => one.row - other.row).map(({ row, path, message }) => [String(row), path.replace(/^\//, ""), message].map((cell) => quoted(harmless(cell))));
  const text = [heads, ...lines].map((cells) => cells.join(",")).join("\r\n");
  return new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" });
}

/** Rows that would be taken. */
export const takenOf = ({ rows, failed }: ImportReport): number => rows - failed;
