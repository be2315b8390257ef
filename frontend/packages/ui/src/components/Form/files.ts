/** Files of a record's fields: how a form sends and shows them, whatever the transport. */
import type { Json } from "@torque/protocol";
import { createContext } from "react";

/** A file as records hold it. `type` is a media type, `size` bytes. */
export type FileValue = { id: string; name: string; type: string; size: number };

export type FileAccess = {
  /** Sends a file for a field; what comes back is the value of the field. */
  upload: (field: string, file: File) => Promise<FileValue>;
  /** Where a file of the record is; `width` asks for a smaller image. Null while the record is not saved with it. */
  urlOf: (field: string, file: FileValue, width?: number) => string | null;
};

export const FileAccessContext = createContext<FileAccess | null>(null);

/** Tells a file from any other value. */
export function isFileValue(value: Json | undefined): value is FileValue {
  return typeof value === "object" && value !== null && !Array.isArray(value) && typeof value.id === "string" && typeof value.name === "string";
}
