/** JSON-RPC 2.0 envelopes and the catalogue of errors. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type RpcRequest = { jsonrpc: "2.0"; method: string; params?: unknown; id?: number | string };
export type RpcErrorBody = { code: number; message: string; data?: RpcErrorData };
export type RpcResponse =
  | { jsonrpc: "2.0"; id: number | string | null; result: unknown }
  | { jsonrpc: "2.0"; id: number | string | null; error: RpcErrorBody };
export type RpcNotification = { jsonrpc: "2.0"; method: string; params?: unknown };

/** The catalogue's names, as `error.data.code` carries them. */
export type ErrorCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "CONFLICT"
  | "VALIDATION_FAILED"
  | "HOOK_REJECTED"
  | "XFLOW_FAILED"
  | "TIMEOUT"
  | "UNAVAILABLE"
  | "OUTCOME_UNKNOWN"
  | "RATE_LIMITED"
  | "PAYLOAD_TOO_LARGE"
  | "OVERLOADED"
  | "PARSE_ERROR"
  | "INVALID_REQUEST"
  | "METHOD_NOT_FOUND"
  | "INVALID_PARAMS"
  | "INTERNAL_ERROR";

/** One broken rule of a record; `path` is a JSON pointer in it ("/label"). */
export type FieldError = { path: string; rule: string; message: string; severity: "Error" | "Warning" | "Info" };

export type RpcErrorData = { code?: string; errors?: FieldError[]; current?: JsonObject; retryAfterMs?: number } & {
  [key: string]: unknown;
};
