/** The client of one application: typed calls over WebSocket or HTTP, and its live feed. */
import type { LiveTransport, MethodName, MethodParams, MethodResult, RpcRequest, SessionInfo } from "@torque/protocol";
import type { ConnectionState } from "./connection";
import { ConnectionLost, failureOf, isAbort, isConnectionLost, RpcError } from "./errors";
import { Feed, type FeedListener, type FeedOptions } from "./feed";
import { httpCaller } from "./http";
import type { Timed } from "./timing";

export type ClientOptions = {
  /** Name or id of the application all calls are about; without it each call names one. */
  application?: string;
  /** Where the server is. Default: the page's origin. */
  baseUrl?: string;
  fetch?: typeof fetch;
  /** How live connections are opened, where the browser's own ways do not fit. */
  open?: FeedOptions["open"];
};

export type CallOptions = {
  signal?: AbortSignal;
  /** Sends it even while the page is being closed. */
  keepalive?: boolean;
};

/** Methods that may be sent a second time when the connection broke under them. */
const REPEATABLE = new Set<MethodName>([
  "loadPage",
  "loadEntityData",
  "queryEntities",
  "getEntity",
  "getFormDefinition",
  "getModelMetadata",
  "getCapabilities",
  "listApplications",
  "ping",
]);

export class TorqueClient {
  readonly application: string | null;
  #feed: Feed;
  #http: ReturnType<typeof httpCaller>;
  #fetch: typeof fetch;
  #base: string;
  #lastId = 0;

  constructor(options: ClientOptions = {}) {
    const base = new URL(options.baseUrl ?? globalThis.location.origin);
    const path = options.application ? `/${encodeURIComponent(options.application)}` : "";
    const socket = new URL(`/ws${path}`, base);
    socket.protocol = base.protocol === "https:" ? "wss:" : "ws:";
    this.application = options.application ?? null;
    this.#base = base.origin;
    this.#fetch = options.fetch ?? ((...parameters) => fetch(...parameters));
    this.#http = httpCaller(new URL(`/jsonrpc${path}`, base).href, this.#fetch);
    this.#feed = new Feed({ socketUrl: socket.href, streamUrl: new URL(`/events${path}`, base).href, nextId: () => this.#nextId(), open: options.open });
  }

  /** Calls a method. Fails with RpcError (the server said no) or ConnectionLost. */
  async call<M extends MethodName>(method: M, params: MethodParams<M>, options: CallOptions = {}): Promise<MethodResult<M>> {
    return (await this.timed(method, params, options)).result;
  }

  /** Like `call`, with the milliseconds the answer was on its way. */
  async timed<M extends MethodName>(method: M, params: MethodParams<M>, options: CallOptions = {}): Promise<Timed<MethodResult<M>>> {
    const request = { jsonrpc: "2.0" as const, id: this.#nextId(), method, params };
    if (options.keepalive) return this.#lastWords(request, options) as Promise<Timed<MethodResult<M>>>;
    const overSocket = this.#feed.call(request);
    if (!overSocket) return (await this.#http.call(request, options)) as Timed<MethodResult<M>>;
    try {
      return (await overSocket) as Timed<MethodResult<M>>;
    } catch (error) {
      if (!isConnectionLost(error) || !REPEATABLE.has(method)) throw error;
      return (await this.#http.call({ ...request, id: this.#nextId() }, options)) as Timed<MethodResult<M>>;
    }
  }

  /**
   * Calls while the page goes away, both ways at once: where a service worker stands between, the browser drops requests
   * that are to outlive their page, and what the open socket was given still leaves. One that arrives second finds
   * nothing to do.
   */
  #lastWords(request: RpcRequest & { id: number }, options: CallOptions): Promise<Timed> {
    const ways = [this.#feed.call(request), this.#http.call({ ...request, id: this.#nextId() }, options)].filter((way) => way !== null);
    return Promise.any(ways).catch((error: unknown) => {
      throw error instanceof AggregateError ? error.errors[0] : error;
    });
  }

  /** Listens to topics; `kind: "resync"` means that events were missed and everything must be read again. */
  subscribe(topics: readonly string[], listener: FeedListener): () => void {
    return this.#feed.subscribe(topics, listener);
  }

  get connection(): ConnectionState {
    return this.#feed.state;
  }

  onConnection(listener: () => void): () => void {
    return this.#feed.onState(listener);
  }

  setTransport(transport: LiveTransport): void {
    this.#feed.setTransport(transport);
  }

  retryNow(): void {
    this.#feed.retryNow();
  }

  /** Takes the browser's word that there is no network: what is under way fails now instead of in minutes. */
  loseConnection(): void {
    this.#feed.lose();
  }

  /**
   * Asks REST below the address of the application, for what goes by the file.
   * @param path Below `/api/v1/apps/{application}/`, with its query.
   */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    try {
      const answer = await this.#fetch(`${this.#base}/api/v1/apps/${encodeURIComponent(this.application ?? "")}/${path}`, { credentials: "same-origin", ...init });
      if (!answer.ok) throw await failureOf(answer);
      return answer;
    } catch (error) {
      if (error instanceof RpcError || error instanceof ConnectionLost || isAbort(error)) throw error;
      throw new ConnectionLost(undefined, { cause: error });
    }
  }

  /** Who is signed in, or null. */
  async session(): Promise<SessionInfo | null> {
    const answer = await this.#session("GET");
    return answer.ok ? ((await answer.json()) as SessionInfo) : null;
  }

  /** Redeems the secret of a sign-in link for a session cookie. */
  async signIn(secret: string): Promise<void> {
    const answer = await this.#session("POST", JSON.stringify({ secret }));
    if (answer.ok) return;
    const body = (await answer.json().catch(() => null)) as { error?: { message?: string } } | null;
    throw new RpcError({ code: -32001, message: body?.error?.message ?? "This link was used already or has expired.", data: { code: "UNAUTHENTICATED" } });
  }

  async signOut(): Promise<void> {
    await this.#session("DELETE");
  }

  close(): void {
    this.#feed.close();
  }

  async #session(method: string, body?: string): Promise<Response> {
    try {
      const headers = { "content-type": "application/json" };
      return await this.#fetch(`${this.#base}/api/v1/session`, { method, body, credentials: "same-origin", headers });
    } catch (error) {
      throw new ConnectionLost(undefined, { cause: error });
    }
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

export const createClient = (options?: ClientOptions): TorqueClient => new TorqueClient(options);
