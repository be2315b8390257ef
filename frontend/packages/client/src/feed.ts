/** The live feed: keeps one connection, resumes after a loss, and tells subscribers what happened or that they must load anew. */
import type { LiveEvent, LiveTransport, RpcRequest, RpcResponse, SubscribeResult } from "@torque/protocol";
import { waitBefore, type ConnectionState, type LiveHandlers, type LiveTransportConnection } from "./connection";
import { ConnectionLost, RpcError } from "./errors";
import type { Timed } from "./timing";
import { openSocket } from "./socket";
import { openStream } from "./stream";

export type FeedListener = (event: LiveEvent) => void;
type Pending = { sent: number; resolve: (answer: Timed) => void; reject: (error: unknown) => void };

export type FeedOptions = {
  socketUrl: string;
  streamUrl: string;
  nextId: () => number;
  open?: { socket: typeof openSocket; stream: typeof openStream };
};

/** A connection that owes an answer and says nothing for this long is asked for a sign of life, and given up after as long again. */
const SILENCE_MS = 15_000;

const RESYNC: LiveEvent = { topic: "", seq: "", kind: "resync", data: null };

export class Feed {
  #options: FeedOptions;
  #transport: Exclude<LiveTransport, "auto"> = "ws";
  #connection: LiveTransportConnection | null = null;
  #state: ConnectionState = { name: "idle" };
  #topics = new Map<string, Set<FeedListener>>();
  #pending = new Map<number, Pending>();
  #stateListeners = new Set<() => void>();
  #seq: string | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #reopening = false;
  #everOpened = false;
  #watch: ReturnType<typeof setTimeout> | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** The operator's choice of transport, known once the capabilities were read. */
  setTransport(transport: LiveTransport): void {
    const next = transport === "sse" ? "sse" : "ws";
    if (next === this.#transport) return;
    this.#transport = next;
    if (this.#connection) this.#reopen();
  }

  subscribe(topics: readonly string[], listener: FeedListener): () => void {
    const added = topics.filter((topic) => !this.#topics.has(topic));
    topics.forEach((topic) => this.#topics.set(topic, (this.#topics.get(topic) ?? new Set()).add(listener)));
    if (!this.#connection) this.#connect(this.#state.name === "idle" ? 1 : this.#attempt());
    else if (added.length > 0) this.#announce(added);
    return () => this.#unsubscribe(topics, listener);
  }

  /** Sends a call over the socket, or answers null when HTTP must carry it. */
  call(request: RpcRequest & { id: number }): Promise<Timed> | null {
    if (this.#state.name !== "live" || !this.#connection) return null;
    const answer = new Promise<Timed>((resolve, reject) => this.#pending.set(request.id, { sent: performance.now(), resolve, reject }));
    if (this.#connection.send(JSON.stringify(request))) {
      this.#watch ??= setTimeout(() => this.#doubt(), SILENCE_MS);
      return answer;
    }
    this.#pending.delete(request.id);
    return null;
  }

  /** Tries at once instead of waiting for the next attempt ("Try again", or the browser says it is online). */
  retryNow(): void {
    if (this.#state.name === "live" || this.#state.name === "idle") return;
    this.#reopen();
  }

  /** Gives up a connection that may look alive for minutes: the browser says that there is no network. */
  lose(): void {
    if (this.#state.name !== "live") return;
    const old = this.#connection;
    this.#closed(1);
    old?.close();
  }

  close(): void {
    this.#calm();
    if (this.#retry) clearTimeout(this.#retry);
    this.#connection?.close();
    this.#connection = null;
    this.#failPending();
    this.#setState({ name: "idle" });
  }

  /** Nothing was heard for a while though an answer is due. */
  #doubt(): void {
    this.#calm();
    if (this.#pending.size === 0 || !this.#connection) return;
    this.#connection.send(JSON.stringify({ jsonrpc: "2.0", id: this.#options.nextId(), method: "ping", params: {} }));
    this.#watch = setTimeout(() => this.lose(), SILENCE_MS);
  }

  /** Something was heard, or nothing is expected any more. */
  #calm(): void {
    if (this.#watch) clearTimeout(this.#watch);
    this.#watch = null;
  }

  #attempt(): number {
    return "attempt" in this.#state ? this.#state.attempt : 1;
  }

  #lostSince(): number | null {
    return this.#state.name === "offline" || this.#state.name === "connecting" ? this.#state.since : null;
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.#stateListeners.forEach((listener) => listener());
  }

  #connect(attempt: number): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    this.#setState({ name: "connecting", attempt, since: this.#lostSince() });
    const mine: { connection: LiveTransportConnection | null } = { connection: null };
    const current = (): boolean => this.#connection === mine.connection;
    const handlers: LiveHandlers = {
      opened: () => current() && this.#opened(),
      closed: () => current() && this.#closed(attempt),
      message: (message, at = performance.now()) => current() && this.#hear(message, at),
      position: ({ seq, revisions }) => {
        this.#seq ??= seq;
        if (current()) this.#tellRevisions(revisions);
      },
    };
    const { socket = openSocket, stream = openStream } = this.#options.open ?? {};
    mine.connection =
      this.#transport === "ws"
        ? socket(this.#options.socketUrl, handlers)
        : stream(this.#options.streamUrl, [...this.#topics.keys()], this.#seq, handlers);
    this.#connection = mine.connection;
  }

  #opened(): void {
    const missed = this.#everOpened && this.#seq === null;
    this.#everOpened = true;
    this.#setState({ name: "live" });
    if (this.#transport === "ws" && this.#topics.size > 0) this.#announce([...this.#topics.keys()], this.#seq);
    if (missed) this.#tellAll(RESYNC);
    else if (this.#transport === "sse" && this.#seq === null) this.#tellFirst([...this.#topics.keys()]);
  }

  #closed(attempt: number): void {
    const next = this.#state.name === "live" ? 1 : attempt + 1;
    this.#connection = null;
    this.#failPending();
    this.#setState({ name: "offline", attempt: next, since: this.#lostSince() ?? Date.now() });
    this.#retry = setTimeout(() => this.#connect(next), waitBefore(next));
  }

  #reopen(): void {
    const old = this.#connection;
    this.#connection = null;
    old?.close();
    this.#failPending();
    this.#connect(1);
  }

  /** Tells the server about topics; with `since` it replays what was missed or answers `resync`. */
  #announce(topics: string[], since: string | null = null): void {
    if (this.#transport === "sse") return this.#reopenSoon();
    const answer = this.call({ jsonrpc: "2.0", id: this.#options.nextId(), method: "subscribe", params: since ? { topics, since } : { topics } });
    answer?.then(
      ({ result }) => {
        const { seq, revisions } = result as SubscribeResult;
        this.#seq ??= seq;
        if (!since) this.#tellFirst(topics);
        this.#tellRevisions(revisions);
      },
      // All or none: one topic that is refused must not silence the others.
      () => topics.length > 1 && topics.forEach((topic) => this.#announce([topic], since)),
    );
    return undefined;
  }

  /** What changed between a first reading and the subscription was told to nobody: records are read once more. */
  #tellFirst(topics: readonly string[]): void {
    const records = topics.filter((topic) => /(^|\/)entity:/.test(topic));
    records.forEach((topic) => this.#topics.get(topic)?.forEach((listener) => listener({ ...RESYNC, topic })));
  }

  /** Of which revision an application is now that its model is listened to: what was drawn from another is old. */
  #tellRevisions(revisions: SubscribeResult["revisions"]): void {
    Object.entries(revisions).forEach(([topic, revision]) => this.#tell({ topic, seq: "", kind: "standing", data: { revision } }));
  }

  #reopenSoon(): void {
    if (this.#reopening) return;
    this.#reopening = true;
    queueMicrotask(() => {
      this.#reopening = false;
      if (this.#connection) this.#reopen();
    });
  }

  #unsubscribe(topics: readonly string[], listener: FeedListener): void {
    const gone = topics.filter((topic) => {
      const listeners = this.#topics.get(topic);
      listeners?.delete(listener);
      return listeners?.size === 0 && this.#topics.delete(topic);
    });
    if (gone.length > 0 && this.#transport === "ws")
      void this.call({ jsonrpc: "2.0", id: this.#options.nextId(), method: "unsubscribe", params: { topics: gone } })?.catch(() => undefined);
  }

  #hear(message: unknown, at: number): void {
    if (typeof message !== "object" || message === null) return;
    this.#calm();
    if ("method" in message && message.method === "event" && "params" in message) this.#event(message.params as LiveEvent);
    else if ("id" in message) this.#answer(message as RpcResponse, at);
    if (this.#pending.size > 0) this.#watch = setTimeout(() => this.#doubt(), SILENCE_MS);
  }

  #answer(response: RpcResponse, at: number): void {
    const pending = typeof response.id === "number" ? this.#pending.get(response.id) : undefined;
    if (!pending) return;
    this.#pending.delete(response.id as number);
    if ("error" in response) pending.reject(new RpcError(response.error));
    else pending.resolve({ result: response.result, durationMs: at - pending.sent });
  }

  #event(event: LiveEvent): void {
    if (event.seq) this.#seq = event.seq;
    if (event.kind === "resync") return this.#tellAll(event);
    return this.#tell(event);
  }

  #tell(event: LiveEvent): void {
    this.#topics.forEach((listeners, topic) => {
      if (matches(topic, event.topic)) listeners.forEach((listener) => listener(event));
    });
  }

  #tellAll(event: LiveEvent): void {
    const listeners = new Set([...this.#topics.values()].flatMap((set) => [...set]));
    listeners.forEach((listener) => listener(event));
  }

  #failPending(): void {
    this.#calm();
    const lost = new ConnectionLost();
    this.#pending.forEach(({ reject }) => reject(lost));
    this.#pending.clear();
  }
}

/** An application's prefix may be left out of a topic, on either side. */
function matches(subscribed: string, heard: string): boolean {
  return heard.replace(/^app:[^/]+\//, "") === subscribed.replace(/^app:[^/]+\//, "");
}
