/** How long the last call took and whether the server answers: what the status bar shows. */

export type Calls = { lastMs: number | undefined; reachable: boolean };

/** A small observable that links write and the status bar reads. */
export class CallLog {
  private calls: Calls = { lastMs: undefined, reachable: true };
  private readonly listeners = new Set<() => void>();

  readonly getState = (): Calls => this.calls;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  answered(ms: number): void {
    this.set({ lastMs: ms, reachable: true });
  }

  unanswered(): void {
    this.set({ ...this.calls, reachable: false });
  }

  private set(calls: Calls): void {
    this.calls = calls;
    for (const listener of this.listeners) listener();
  }
}
