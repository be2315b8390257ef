/** The schema, as the server describes it. */
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from "graphql";
import { run } from "./transport";

type Introspected = { data?: IntrospectionQuery; errors?: { message: string }[]; error?: { message: string } };

/** Reads the schema. Throws what the server says when it does not tell. */
export async function readSchema(url: string, signal: AbortSignal): Promise<GraphQLSchema> {
  const request = { query: getIntrospectionQuery({ inputValueDeprecation: true }), variables: {} };
  const { value } = await run(url, request, false, signal).next();
  const answer = JSON.parse(value ?? "{}") as Introspected;
  if (!answer.data) throw new Error(answer.errors?.[0]?.message ?? answer.error?.message ?? "");
  return buildClientSchema(answer.data);
}
