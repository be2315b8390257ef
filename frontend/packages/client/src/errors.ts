/** What a call can fail with: the server's catalogue, plus a connection that is not there. */
import type { FieldError, JsonObject, RpcErrorBody } from "@torque/protocol";

/** An answer of the server that says no. `code` is the catalogue's name ("NOT_FOUND"). */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: string;
  readonly rpcCode: number;
  readonly details: JsonObject;

  constructor(body: RpcErrorBody) {
    super(body.message);
    this.rpcCode = body.code;
    this.code = typeof body.data?.code === "string" ? body.data.code : (STANDARD_CODES[body.code] ?? "INTERNAL_ERROR");
    this.details = (body.data ?? {}) as JsonObject;
  }

  /** Broken rules by field, for VALIDATION_FAILED; empty for everything else. */
  get fieldErrors(): FieldError[] {
    return Array.isArray(this.details.errors) ? (this.details.errors as unknown as FieldError[]) : [];
  }

  /** Milliseconds after which the server wants to be asked again, if it said so. */
  get retryAfterMs(): number | null {
    return typeof this.details.retryAfterMs === "number" ? this.details.retryAfterMs : null;
  }
}

/** The server could not be reached, or went away before it answered. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
  readonly code = "CONNECTION_LOST";

  constructor(message = "The server cannot be reached.", options?: ErrorOptions) {
    super(message, options);
  }
}

const STANDARD_CODES: Record<number, string> = {
  [-32700]: "PARSE_ERROR",
  [-32600]: "INVALID_REQUEST",
  [-32601]: "METHOD_NOT_FOUND",
  [-32602]: "INVALID_PARAMS",
  [-32603]: "INTERNAL_ERROR",
};

/** What an answer says that refuses the whole request; a connection that broke when it says nothing. */
export async function failureOf(answer: Response): Promise<Error> {
  const body: unknown = await answer.json().catch(() => null);
  if (!body || typeof body !== "object" || !("error" in body)) return new ConnectionLost(`The server answered ${answer.status}.`);
  const { code, message, data, ...details } = body.error as { code?: unknown; message?: string; data?: Record<string, unknown> };
  const named = typeof code === "string" ? { ...details, ...data, code } : data;
  return new RpcError({ code: typeof code === "number" ? code : answer.status, message: message ?? answer.statusText, data: named });
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

/** The catalogue's name of any failure; "INTERNAL_ERROR" for what nobody foresaw. */
export function codeOf(error: unknown): string {
  if (error instanceof RpcError || error instanceof ConnectionLost) return error.code;
  return "INTERNAL_ERROR";
}

export const isConnectionLost = (error: unknown): boolean => error instanceof ConnectionLost;
