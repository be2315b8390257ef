/** Errors of the server, by the names of its catalogue. */
import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";

/** No answer came in all the time there is. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";

  constructor() {
    super("The server did not answer in time.");
  }
}

/** The catalogue's name of an error, "NETWORK" when no answer came, or "UNKNOWN". */
export function codeOf(error: unknown): string {
  if (CombinedGraphQLErrors.is(error)) return String(error.errors[0]?.extensions?.code ?? "UNKNOWN");
  if (ServerError.is(error)) return error.statusCode === 401 ? "UNAUTHENTICATED" : error.statusCode === 429 ? "RATE_LIMITED" : "UNAVAILABLE";
  return error instanceof TypeError || error instanceof Unanswered ? "NETWORK" : "UNKNOWN";
}

/** What the server said, ready to be shown. */
export function messageOf(error: unknown): string {
  if (CombinedGraphQLErrors.is(error)) return error.errors.map((one) => one.message).join(" ");
  return error instanceof Error ? error.message : String(error);
}

export function detailsOf(error: unknown): Record<string, unknown> {
  if (!CombinedGraphQLErrors.is(error)) return {};
  return (error.errors[0]?.extensions?.details ?? {}) as Record<string, unknown>;
}
