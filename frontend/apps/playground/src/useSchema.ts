import type { GraphQLSchema } from "graphql";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { readSchema } from "./schema";

export type SchemaState = {
  schema: GraphQLSchema | undefined;
  /** Why there is none; empty while it is read. */
  failure: string;
  /** Reads it anew. */
  retry: () => void;
};

/** The schema of the endpoint, read once; what failed can be tried again. */
export function useSchema(url: string): SchemaState {
  const { t } = useTranslation("playground");
  const [schema, setSchema] = useState<GraphQLSchema>();
  const [error, setError] = useState<unknown>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    readSchema(url, control.signal).then(setSchema, (reason: unknown) => {
      if (!control.signal.aborted) setError(reason);
    });
    return () => {
      control.abort();
    };
  }, [url, attempt]);
  const retry = (): void => {
    setError(undefined);
    setAttempt((count) => count + 1);
  };
  return { schema, failure: error === undefined ? "" : t("noSchema", { message: error instanceof Error ? error.message : String(error) }), retry };
}
