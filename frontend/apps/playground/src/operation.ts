/** What is to be run of a document that may hold several operations. Pure. */
import { GraphQLError, parse, type DocumentNode, type OperationDefinitionNode } from "graphql";

export type Operation = { name: string | undefined; kind: "query" | "mutation" | "subscription" };

function parsed(text: string): DocumentNode | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

/** The operation that the cursor stands in, else the first; a document with faults is left to the server to judge. */
export function operationAt(text: string, cursor: number): Operation {
  const found = parsed(text)?.definitions.filter((one): one is OperationDefinitionNode => one.kind === "OperationDefinition") ?? [];
  const chosen = found.find(({ loc }) => loc !== undefined && loc.start <= cursor && cursor <= loc.end) ?? found[0];
  return { name: chosen?.name?.value, kind: chosen?.operation ?? "query" };
}

/** The variables that a text means; empty text means none. Undefined when it is no JSON object. */
export function variablesOf(text: string): Record<string, unknown> | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
