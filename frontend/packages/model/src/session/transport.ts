import type { Change } from "../change/change";
import type { ModelDocument } from "../document/model";
import type { Finding } from "../findings/findings";

/** A document as the server holds it. */
export interface Stored {
  revision: number;
  document: ModelDocument;
  findings: Finding[];
}

/** How a session reaches the server; the session itself knows no protocol. */
export interface Transport {
  load(): Promise<Stored>;
  /** Saves all changes or none; rejects with SaveConflict when the model moved on. */
  save(changes: readonly Change[], options: { ifRevision: number; message: string }): Promise<Stored>;
}

/** Where steps, and what could not be saved, survive a reload and a session that ended. */
export interface SessionMemory {
  read(): string | null;
  write(text: string): void;
}

/** Found when the document was opened: it was made before, and never saved. */
export class LeftUnsaved extends Error {
  constructor(message = "It was made before this page was loaded.") {
    super(message);
    this.name = "LeftUnsaved";
  }
}

/** The model is no longer at the revision the changes were made on. */
export class SaveConflict extends Error {
  constructor(message = "The model has changed") {
    super(message);
    this.name = "SaveConflict";
  }
}
