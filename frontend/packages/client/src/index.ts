/** The client library: usable without React. */
export { createClient, TorqueClient, type CallOptions, type ClientOptions } from "./client";
export type { ConnectionState } from "./connection";
export { codeOf, ConnectionLost, isAbort, isConnectionLost, RpcError } from "./errors";
export type { FeedListener } from "./feed";
export { uniqueKey } from "./key";
export type { Timed } from "./timing";
