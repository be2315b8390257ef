/** The schema, as the server describes it. */
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from "graphql";
import { run, type Answer } from "./transport";

type Failure = { message: string; extensions?: { code?: string } };
type Introspected = { data?: IntrospectionQuery | null; errors?: Failure[]; error?: Failure };

const PAUSES_MS = [500, 1_000, 2_000, 4_000] as const;
/** Longer than the 30 s after which the server gives up by itself. */
const LONGEST_MS = 45_000;
const PASSING = new Set(["UNAVAILABLE", "OVERLOADED", "RATE_LIMITED"]);

/** The server answered, and said no; `passing` when it may say yes a moment later. */
class Refused extends Error {
  readonly passing: boolean;

  constructor({ message, extensions }: Failure, status: number) {
    super(message);
    this.name = "Refused";
    this.passing = status === 429 || status >= 500 || PASSING.has(extensions?.code ?? "");
  }
}

async function readOnce(url: string, signal: AbortSignal): Promise<GraphQLSchema> {
  const request = { query: getIntrospectionQuery({ inputValueDeprecation: true }), variables: {} };
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const { value } = await run(url, request, false, bounded).next();
  const { text, status } = value as Answer;
  const answer = JSON.parse(text) as Introspected;
  if (!answer.data) throw new Refused(answer.errors?.[0] ?? answer.error ?? { message: String(status) }, status);
  return buildClientSchema(answer.data);
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });

/** Reads the schema; asks again, ever later, while the server is busy or away. Throws what it says when it does not tell. */
export async function readSchema(url: string, signal: AbortSignal, pauses: readonly number[] = PAUSES_MS): Promise<GraphQLSchema> {
  for (const wait of pauses) {
    try {
      return await readOnce(url, signal);
    } catch (error) {
      if (signal.aborted || (error instanceof Refused && !error.passing)) throw error;
      await pause(wait, signal);
    }
  }
  return readOnce(url, signal);
}
