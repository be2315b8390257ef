/** What verification says of each model of a list: one request for many, since a list knows no findings. */
import { gql, type ApolloClient, type TypedDocumentNode } from "@apollo/client";
import type { Severity } from "@torque/model";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ModelSummary } from "../api/types";
import { useServices } from "../services";

export type Verdict = { errors: number; warnings: number };

/** By model; one that is not known yet, or could not be asked about, is missing. */
export type Verdicts = ReadonlyMap<string, Verdict>;

type Answer = Record<string, { severity: Severity }[]>;

/** As many as one request may ask for under names of its own, with room to spare. */
const AT_ONCE = 20;

function question(count: number): TypedDocumentNode<Answer, Record<string, string>> {
  const places = Array.from({ length: count }, (_, at) => String(at));
  const parameters = places.map((at) => `$m${at}: ID!`).join(", ");
  const fields = places.map((at) => `m${at}: verifyModel(modelId: $m${at}) { severity }`).join("\n");
  return gql(`query Verdicts(${parameters}) { ${fields} }`);
}

async function ask(client: ApolloClient, ids: readonly string[]): Promise<[string, Verdict][]> {
  const variables = Object.fromEntries(ids.map((id, at) => [`m${String(at)}`, id]));
  const { data } = await client.query({ query: question(ids.length), variables });
  return ids.map((id, at) => {
    const found = data?.[`m${String(at)}`] ?? [];
    const of = (severity: Severity): number => found.filter((one) => one.severity === severity).length;
    return [id, { errors: of("Error"), warnings: of("Warning") }];
  });
}

/** Keeps the verdicts of a list; a model is asked about again when it has another revision. */
export function useVerdicts(models: readonly ModelSummary[] | undefined): Verdicts {
  const { client } = useServices();
  const [known, setKnown] = useState<ReadonlyMap<string, Verdict>>(new Map());
  const asked = useRef(new Set<string>());
  const keys = useMemo(() => new Map((models ?? []).map(({ id, revision }) => [id, `${id} ${String(revision)}`])), [models]);
  useEffect(() => {
    const fresh = [...keys].filter(([, key]) => !asked.current.has(key));
    for (let at = 0; at < fresh.length; at += AT_ONCE) {
      const some = fresh.slice(at, at + AT_ONCE);
      for (const [, key] of some) asked.current.add(key);
      ask(client, some.map(([id]) => id)).then(
        (answers) => {
          setKnown((before) => new Map([...before, ...answers.map(([id, verdict]) => [keys.get(id) ?? id, verdict] as const)]));
        },
        () => {
          // The list is of use without them, and asks again when it is read again.
          for (const [, key] of some) asked.current.delete(key);
        },
      );
    }
  }, [client, keys]);
  return useMemo(
    () =>
      new Map(
        [...keys].flatMap(([id, key]) => {
          const verdict = known.get(key);
          return verdict ? [[id, verdict] as const] : [];
        }),
      ),
    [keys, known],
  );
}
