/** The GraphQL client: one origin, the session's cookie, times measured, a lost session reported once. */
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { ErrorLink } from "@apollo/client/link/error";
import { Observable } from "rxjs";
import type { CallLog } from "./calls";
import { codeOf } from "./errors";
import { patient } from "./patience";

function timed(calls: CallLog): ApolloLink {
  return new ApolloLink((operation, forward) => {
    if (operation.operationType === "subscription") return forward(operation);
    const started = performance.now();
    return new Observable((observer) =>
      forward(operation).subscribe({
        next: (result) => {
          calls.answered(performance.now() - started);
          observer.next(result);
        },
        error: (error: unknown) => {
          if (codeOf(error) === "NETWORK") calls.unanswered();
          observer.error(error);
        },
        complete: () => {
          observer.complete();
        },
      }),
    );
  });
}

export type ClientOptions = {
  /** What answers instead of the server. */
  terminating?: ApolloLink;
  /** Milliseconds before each time a query is asked again. Default: of `patient`. */
  pauses?: readonly number[];
};

export function createClient(calls: CallLog, onSignedOut: () => void, { terminating, pauses }: ClientOptions = {}): ApolloClient {
  const signedOut = new ErrorLink(({ error, operation }) => {
    // A subscription ends in these words too when what it is about is gone; who owns it asks.
    if (codeOf(error) === "UNAUTHENTICATED" && operation.operationType !== "subscription") onSignedOut();
  });
  const http = terminating ?? new HttpLink({ uri: "/graphql", credentials: "same-origin" });
  return new ApolloClient({
    link: ApolloLink.from([signedOut, patient(pauses), timed(calls), http]),
    cache: new InMemoryCache({ typePolicies: { Model: { fields: { document: { merge: false }, findings: { merge: false } } }, Finding: { keyFields: false } } }),
    defaultOptions: { watchQuery: { fetchPolicy: "cache-and-network" }, query: { fetchPolicy: "no-cache" } },
  });
}
