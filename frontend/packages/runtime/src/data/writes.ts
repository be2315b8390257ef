/** What this reader wrote: its own changes are neither marked as somebody else's nor held back. */
const REMEMBERED = 500;

export class OwnWrites {
  #ids: string[] = [];
  #underWay = 0;
  #done: (() => void)[] = [];

  /** Runs a write; records it answers count as our own. */
  async run<T>(write: () => Promise<T>, idOf: (result: T) => string | null): Promise<T> {
    this.#underWay += 1;
    try {
      const result = await write();
      const id = idOf(result);
      if (id) this.remember(id);
      return result;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#done.splice(0).forEach((done) => done());
    }
  }

  remember(id: string): void {
    this.#ids = [...this.#ids.filter((known) => known !== id), id].slice(-REMEMBERED);
  }

  /** Whether an event is about our own write. Waits for writes under way: their event may be faster than their answer. */
  async isOwn(id: string): Promise<boolean> {
    if (this.#underWay > 0 && !this.#ids.includes(id)) await new Promise<void>((resolve) => this.#done.push(resolve));
    return this.#ids.includes(id);
  }

  /** An own write is expected once: the next change of this record may be somebody else's. */
  forget(id: string): void {
    this.#ids = this.#ids.filter((known) => known !== id);
  }
}
