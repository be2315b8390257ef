import type { EntityRecord, FieldError, FormDefinition, Json } from "@torque/protocol";
import type { Choice } from "../FilterBar/FilterBar.types";
import type { FileAccess } from "./files";

/** Values under field names, as they are sent to the server. */
export type FormValues = { [field: string]: Json };

export type SubmitOutcome =
  | { ok: true; message?: string }
  /** `errors` go to their fields, `message` stands above the form. */
  | { ok: false; errors: FieldError[]; message?: string; /** Somebody else changed the same fields: the form shows it at each. */ conflict?: boolean };

/** What was typed into a form and not saved: by field, with what each field held before. */
export type FormDraft = { values: FormValues; base: FormValues };

/** Keeps a draft while the form cannot: over a reload, or the end of a session. */
export type DraftPlace = { read: () => FormDraft | null; /** Null: there is nothing to keep any more. */ write: (draft: FormDraft | null) => void };

export type FormProps = {
  definition: FormDefinition;
  /** The record to edit; without it a new one is made. */
  record?: EntityRecord | null;
  /** All values for a new record, only the changed ones for an existing one. */
  onSubmit: (values: FormValues) => Promise<SubmitOutcome>;
  onCancel?: () => void;
  /** Default "Save". */
  submitLabel?: string;
  /** Number of fields that differ from what is saved; the owner guards leaving with it. */
  onUnsaved?: (count: number) => void;
  findReferences?: (entity: string, text: string) => Promise<Choice[]>;
  /** Sends and shows files; without it file fields cannot be filled. */
  files?: FileAccess;
  titleOf?: (entity: string, id: string) => string | undefined;
  /** `page`: stands in a page; `drawer`: body scrolls, footer stays. Default "page". */
  placement?: "page" | "drawer";
  /** Nothing can be changed. Default false. */
  readOnly?: boolean;
  /** Where what is typed is kept until it is saved; without it, it is gone with the form. */
  draft?: DraftPlace;
  /** Empties the form after it was saved, for the next record. Default false. */
  resetAfterSave?: boolean;
};
