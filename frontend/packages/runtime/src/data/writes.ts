/** What this reader wrote: its own changes are neither marked as somebody else's nor held back. */
const REMEMBERED = 2000;

/** A record as it is after a write; a deleted one has no version. */
export type Written = { id: string; version?: number };

const keyOf = ({ id, version }: Written): string => `${id}@${version ?? "gone"}`;

export class OwnWrites {
  #keys: string[] = [];
  #underWay = 0;
  #done: (() => void)[] = [];

  /** Runs a write and remembers what `written` makes of its answer. */
  async run<T>(write: () => Promise<T>, written: (result: T) => Written | readonly Written[]): Promise<T> {
    this.#underWay += 1;
    try {
      const result = await write();
      this.#keys = [...this.#keys, ...[written(result)].flat().map(keyOf)].slice(-REMEMBERED);
      return result;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#done.splice(0).forEach((done) => done());
    }
  }

  /** Whether an event is about our own write. Waits for writes under way: their event may be faster than their answer. */
  async isOwn(event: Written): Promise<boolean> {
    if (this.#underWay > 0 && !this.#knows(event)) await new Promise<void>((resolve) => this.#done.push(resolve));
    return this.#knows(event);
  }

  #knows(event: Written): boolean {
    return this.#keys.includes(keyOf(event)) || this.#keys.includes(keyOf({ id: event.id }));
  }
}
