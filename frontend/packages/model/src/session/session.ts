/** One open document: edits show at once, are saved in order, merge with the edits of others, and can be undone. */
import { applyAll } from "../change/apply";
import type { Change } from "../change/change";
import { invertAll } from "../change/invert";
import { sharing } from "../document/json";
import type { ModelDocument } from "../document/model";
import type { Finding } from "../findings/findings";
import { alreadyMade, applyFitting, rebase } from "./overlap";
import type { SessionMemory, Stored, Transport } from "./transport";
import { LeftUnsaved, SaveConflict } from "./transport";

/** An edit that can be undone. */
export interface Step {
  message: string;
  changes: Change[];
  inverses: Change[];
}

export type SaveState =
  | { name: "saved"; at: number | undefined }
  | { name: "saving" }
  | { name: "failed"; error: Error }
  | { name: "conflict"; theirs: Stored; overlapping: Change[] };

export interface SessionState {
  /** What is shown: the stored document with everything unsaved on top. */
  document: ModelDocument;
  revision: number;
  findings: Finding[];
  save: SaveState;
  unsaved: number;
  undo: readonly Step[];
  redo: readonly Step[];
}

interface Pending {
  changes: Change[];
  message: string;
}

const KEPT_STEPS = 100;

export class DocumentSession {
  private state: SessionState;
  private stored: Stored;
  private queue: Pending[] = [];
  private pumping: Promise<void> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    stored: Stored,
    private readonly transport: Transport,
    private readonly memory?: SessionMemory,
    private readonly now: () => number = Date.now,
  ) {
    this.stored = stored;
    const { undo, redo, unsaved, revision } = recall(memory);
    this.queue = unsaved.filter(({ changes }) => !changes.every((change) => alreadyMade(stored.document, change)));
    this.state = { ...shown(stored), save: { name: "saved", at: undefined }, unsaved: this.queue.length, undo, redo };
    if (this.queue.length > 0) this.state = { ...this.state, ...this.overlay(), save: this.left(revision) };
  }

  /** Bound, so that it can be handed to `useSyncExternalStore`. */
  readonly getState = (): SessionState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Applies the changes now and saves them; throws ChangeRefused and does nothing when they do not fit. */
  commit(changes: readonly Change[], message: string): void {
    if (!changes.length) return;
    const step = { message, changes: [...changes], inverses: invertAll(this.state.document, changes) };
    this.take(step.changes, message, { undo: [...this.state.undo, step].slice(-KEPT_STEPS), redo: [] });
  }

  /** Takes the last step back; false when it no longer fits because others changed its parts. */
  undo(message: (step: Step) => string = (step) => step.message): boolean {
    const step = this.state.undo.at(-1);
    if (!step) return false;
    const undo = this.state.undo.slice(0, -1);
    return this.replay(step.inverses, message(step), { undo, redo: [...this.state.redo, step] }, { undo });
  }

  /** Makes the last undone step again; false when it no longer fits. */
  redo(message: (step: Step) => string = (step) => step.message): boolean {
    const step = this.state.redo.at(-1);
    if (!step) return false;
    const redo = this.state.redo.slice(0, -1);
    return this.replay(step.changes, message(step), { redo, undo: [...this.state.undo, step] }, { redo });
  }

  /** Somebody saved this revision: read it, unless it is ours or our own save will meet it anyway. */
  async remoteChanged(revision: number | null): Promise<void> {
    if (this.queue.length || (revision !== null && revision <= this.stored.revision)) return;
    const stored = await this.transport.load();
    if (this.queue.length || stored.revision < this.stored.revision) return;
    this.accept(stored);
  }

  /** Takes a document that was stored by another road (a restore, an import): undo does not reach behind it. */
  replaceStored(stored: Stored): void {
    this.queue = [];
    this.accept(stored, { undo: [], redo: [], save: { name: "saved", at: this.now() } });
  }

  /** After a conflict: our changes on top of theirs as far as they fit, or theirs alone. */
  resolve(choice: "mine" | "theirs"): void {
    const { save } = this.state;
    if (save.name !== "conflict") return;
    this.stored = save.theirs;
    if (choice === "theirs") {
      this.replaceStored(save.theirs);
      return;
    }
    this.queue = this.queue
      .map(({ changes, message }) => ({ message, changes: applyFitting(this.stored.document, changes).kept }))
      .filter(({ changes }) => changes.length > 0);
    this.show({ ...this.overlay(), save: { name: "saving" } });
    this.pump();
  }

  /** Tries to save again what could not be saved. */
  retry(): void {
    if (this.state.save.name === "failed") this.pump();
  }

  /** Gives up what could not be saved. */
  discard(): void {
    if (this.state.save.name === "failed") this.replaceStored(this.stored);
  }

  /** Resolves when nothing is being saved. */
  async settled(): Promise<void> {
    while (this.pumping) await this.pumping;
  }

  /** What to do about changes of before is for the reader to say: they show, and wait. */
  private left(revision: number | undefined): SaveState {
    if (revision === this.stored.revision) return { name: "failed", error: new LeftUnsaved() };
    return { name: "conflict", theirs: this.stored, overlapping: this.queue.flatMap(({ changes }) => changes) };
  }

  private replay(changes: Change[], message: string, done: Partial<SessionState>, refused: Partial<SessionState>): boolean {
    try {
      applyAll(this.state.document, changes);
    } catch {
      this.show(refused);
      return false;
    }
    this.take(changes, message, done);
    return true;
  }

  private take(changes: Change[], message: string, steps: Partial<SessionState>): void {
    const document = applyAll(this.state.document, changes);
    this.queue.push({ changes, message });
    const blocked = this.state.save.name === "conflict";
    this.show({ ...steps, document, unsaved: this.queue.length, ...(blocked ? {} : { save: { name: "saving" } }) });
    if (!blocked) this.pump();
  }

  private pump(): void {
    this.pumping ??= this.drain().finally(() => {
      this.pumping = undefined;
      if (this.queue.length && this.state.save.name === "saving") this.pump();
    });
  }

  private async drain(): Promise<void> {
    this.show({ save: { name: "saving" } });
    while (this.queue.length) {
      const [next] = this.queue as [Pending];
      try {
        const stored = await this.transport.save(next.changes, { ifRevision: this.stored.revision, message: next.message });
        if (this.queue[0] === next) this.queue.shift();
        this.accept(stored);
      } catch (error) {
        if (!(error instanceof SaveConflict) || !(await this.meet())) {
          if (this.state.save.name !== "conflict") this.show({ save: { name: "failed", error: asError(error) } });
          return;
        }
      }
    }
    this.show({ save: { name: "saved", at: this.now() } });
  }

  /** The model moved on: put our changes on top when they are independent, else ask. */
  private async meet(): Promise<boolean> {
    const theirs = await this.transport.load().catch((error: unknown) => {
      this.show({ save: { name: "failed", error: asError(error) } });
      return undefined;
    });
    if (!theirs) return false;
    this.queue = this.queue.filter(({ changes }) => !changes.every((change) => alreadyMade(theirs.document, change)));
    const outcome = rebase(this.stored.document, theirs.document, this.queue.flatMap(({ changes }) => changes));
    if ("overlapping" in outcome) {
      this.show({ save: { name: "conflict", theirs, overlapping: outcome.overlapping } });
      return false;
    }
    this.accept(theirs);
    return true;
  }

  private accept(stored: Stored, more: Partial<SessionState> = {}): void {
    const { document, findings } = this.state;
    this.stored = { ...stored, document: sharing(document, stored.document), findings: sharing(findings, stored.findings) };
    this.show({ ...this.overlay(), ...more });
  }

  private overlay(): Partial<SessionState> {
    const { document } = applyFitting(this.stored.document, this.queue.flatMap(({ changes }) => changes));
    return { ...shown(this.stored), document, unsaved: this.queue.length };
  }

  private remember(): void {
    const { undo, redo } = this.state;
    this.memory?.write(JSON.stringify({ undo, redo, unsaved: this.queue, revision: this.stored.revision }));
  }

  private show(change: Partial<SessionState>): void {
    this.state = { ...this.state, ...change };
    if (change.undo ?? change.redo ?? change.unsaved !== undefined) this.remember();
    for (const listener of this.listeners) listener();
  }
}

interface Remembered {
  undo: Step[];
  redo: Step[];
  unsaved: Pending[];
  /** What the unsaved changes were made on. */
  revision: number | undefined;
}

function shown({ document, revision, findings }: Stored): Pick<SessionState, "document" | "revision" | "findings"> {
  return { document, revision, findings };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function recall(memory: SessionMemory | undefined): Remembered {
  try {
    const { undo = [], redo = [], unsaved = [], revision } = JSON.parse(memory?.read() ?? "{}") as Partial<Remembered>;
    return { undo, redo, unsaved, revision };
  } catch {
    return { undo: [], redo: [], unsaved: [], revision: undefined };
  }
}
