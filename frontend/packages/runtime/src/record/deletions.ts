/** Deleting with Undo, honestly: the record disappears at once and is deleted when the time to undo has passed.
 *
 * Making it anew would give it another id and lose what refers to it, so nothing is sent until the window has closed;
 * a page that is being closed sends what is left.
 */

export type Deletion = { id: string; entityType: string };
type Send = (deletion: Deletion, options: { keepalive: boolean }) => Promise<unknown>;

export class Deletions {
  #send: Send;
  #onFailure: (deletion: Deletion, error: unknown) => void;
  #waiting = new Map<string, Deletion>();
  #hidden: ReadonlySet<string> = new Set();
  #listeners = new Set<() => void>();

  constructor(send: Send, onFailure: (deletion: Deletion, error: unknown) => void) {
    this.#send = send;
    this.#onFailure = onFailure;
  }

  /** Hides a record; `commit` or `undo` must follow. */
  hide(deletion: Deletion): void {
    this.#waiting.set(deletion.id, deletion);
    this.#publish([...this.#hidden, deletion.id]);
  }

  undo(id: string): void {
    if (this.#waiting.delete(id)) this.#show(id);
  }

  /** Deletes for good. A refusal brings the record back and is reported. */
  async commit(id: string, keepalive = false): Promise<void> {
    const deletion = this.#waiting.get(id);
    if (!deletion) return;
    this.#waiting.delete(id);
    try {
      await this.#send(deletion, { keepalive });
    } catch (error) {
      this.#show(id);
      this.#onFailure(deletion, error);
    }
  }

  /** Sends everything that waits: the page is being closed. */
  flush(): void {
    [...this.#waiting.keys()].forEach((id) => void this.commit(id, true));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly hidden = (): ReadonlySet<string> => this.#hidden;

  #show(id: string): void {
    this.#publish([...this.#hidden].filter((other) => other !== id));
  }

  #publish(ids: string[]): void {
    this.#hidden = new Set(ids);
    this.#listeners.forEach((listener) => listener());
  }
}
