/** Deleting with Undo, honestly: records disappear at once and are deleted when the time to undo has passed.
 *
 * Making them anew would give them other ids and lose what refers to them, so nothing is sent until the window has
 * closed; a page that is being closed sends what is left.
 */

import type { Refused } from "../data/bulk";

/** Records that go together, and come back together. */
export type Deletion = { ids: readonly string[]; entityType: string };
/** Deletes; answers the ids that were refused, with the reason, where others were not. */
type Send = (deletion: Deletion, options: { keepalive: boolean }) => Promise<Refused | null>;

export class Deletions {
  #send: Send;
  #onFailure: (deletion: Deletion, error: unknown) => void;
  #waiting = new Set<Deletion>();
  #hidden: ReadonlySet<string> = new Set();
  #listeners = new Set<() => void>();

  constructor(send: Send, onFailure: (deletion: Deletion, error: unknown) => void) {
    this.#send = send;
    this.#onFailure = onFailure;
  }

  /** Hides records; `commit` or `undo` must follow. */
  hide(deletion: Deletion): void {
    this.#waiting.add(deletion);
    this.#publish([...this.#hidden, ...deletion.ids]);
  }

  undo(deletion: Deletion): void {
    if (this.#waiting.delete(deletion)) this.#show(deletion.ids);
  }

  /** Deletes for good. A refusal brings back what was refused and is reported. */
  async commit(deletion: Deletion, keepalive = false): Promise<void> {
    if (!this.#waiting.delete(deletion)) return;
    const refused = await this.#send(deletion, { keepalive }).catch((error: unknown): Refused => ({ ids: deletion.ids, error }));
    if (!refused) return;
    this.#show(refused.ids);
    this.#onFailure({ ...deletion, ids: refused.ids }, refused.error);
  }

  /** What can still be undone. */
  waiting(entityType: string): readonly Deletion[] {
    return [...this.#waiting].filter((deletion) => deletion.entityType === entityType);
  }

  /** Shows records that are there again, but for those on their way out. */
  back(ids: readonly string[]): void {
    const leaving = new Set([...this.#waiting].flatMap((deletion) => deletion.ids));
    const shown = ids.filter((id) => this.#hidden.has(id) && !leaving.has(id));
    if (shown.length > 0) this.#show(shown);
  }

  /** Sends everything that waits: the page is being closed. */
  flush(): void {
    [...this.#waiting].forEach((deletion) => void this.commit(deletion, true));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly hidden = (): ReadonlySet<string> => this.#hidden;

  #show(ids: readonly string[]): void {
    this.#publish([...this.#hidden].filter((other) => !ids.includes(other)));
  }

  #publish(ids: string[]): void {
    this.#hidden = new Set(ids);
    this.#listeners.forEach((listener) => listener());
  }
}
