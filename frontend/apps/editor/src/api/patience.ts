/** How long the server is waited for, and what is asked again by itself when it does not answer. */
import { ApolloLink } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { defer, of, retry, switchMap, throwError, timeout, timer, type Observable } from "rxjs";
import { codeOf, Unanswered } from "./errors";

/** Failures that are gone a moment later: the server is starting, busy, or its database is away. */
const PASSING = new Set(["NETWORK", "UNAVAILABLE", "OVERLOADED", "RATE_LIMITED"]);

const PAUSES_MS = [300, 900, 2_700] as const;

/** Longer than the 30 s after which the server gives up by itself, so that its own words come first. */
const LONGEST_QUERY_MS = 45_000;
/** Imports and saves of large models may take their time; what never ends is said all the same. */
const LONGEST_MUTATION_MS = 180_000;

/** An answer that only says what failed is a failure, whatever brought it. */
function failing(result: ApolloLink.Result): Observable<ApolloLink.Result> {
  const { errors } = result as { errors?: { extensions?: { code?: unknown } }[] };
  const refused = errors?.some(({ extensions }) => PASSING.has(String(extensions?.code)));
  return refused ? throwError(() => new CombinedGraphQLErrors(result)) : of(result);
}

/** Queries are asked again after a short pause, up to three times; no operation waits for ever. Subscriptions mend themselves. */
export function patient(pauses: readonly number[] = PAUSES_MS): ApolloLink {
  return new ApolloLink((operation, forward) => {
    if (operation.operationType === "subscription") return forward(operation);
    const query = operation.operationType === "query";
    const bounded = defer(() => forward(operation)).pipe(timeout({ first: query ? LONGEST_QUERY_MS : LONGEST_MUTATION_MS, with: () => throwError(() => new Unanswered()) }));
    if (!query) return bounded;
    return bounded.pipe(
      switchMap(failing),
      retry({
        delay: (error: unknown, count) => {
          const pause = PASSING.has(codeOf(error)) ? pauses[count - 1] : undefined;
          return pause === undefined ? throwError(() => error) : timer(pause);
        },
      }),
    );
  });
}
