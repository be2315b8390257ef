// @vitest-environment node
import { buildSchema, getIntrospectionQuery, graphqlSync } from "graphql";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readSchema } from "./schema";

const SCHEMA = buildSchema("type Query { name: String }");
const told = (): Response => Response.json(graphqlSync({ schema: SCHEMA, source: getIntrospectionQuery({ inputValueDeprecation: true }) }));
const refused = (code: string, status: number): Response => Response.json({ errors: [{ message: code, extensions: { code } }] }, { status });
const open = new AbortController().signal;

function server(...answers: (Response | Error)[]): ReturnType<typeof vi.fn> {
  const fetched = vi.fn<() => Promise<Response>>();
  for (const answer of answers) {
    if (answer instanceof Error) fetched.mockRejectedValueOnce(answer);
    else fetched.mockResolvedValueOnce(answer);
  }
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the schema", () => {
  it.each([
    ["is away", new TypeError("Failed to fetch")],
    ["has too much to do", refused("OVERLOADED", 503)],
    ["says in an answer of its own that its database is away", refused("UNAVAILABLE", 200)],
    ["stands behind a gateway that does not reach it", new Response("Bad gateway", { status: 502 })],
  ])("is asked for again while the server %s", async (_, failure) => {
    const fetched = server(failure, told());
    expect((await readSchema("/graphql", open, [1])).getQueryType()?.name).toBe("Query");
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("is given up with what the server said last", async () => {
    const fetched = server(new TypeError("Failed to fetch"), refused("OVERLOADED", 503));
    await expect(readSchema("/graphql", open, [1])).rejects.toThrow("OVERLOADED");
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("is not asked for again where that is not allowed", async () => {
    const fetched = server(refused("FORBIDDEN", 200));
    await expect(readSchema("/graphql", open, [1, 1])).rejects.toThrow("FORBIDDEN");
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it("is not asked for any more by a page that is gone", async () => {
    const fetched = server(new TypeError("Failed to fetch"));
    const gone = new AbortController();
    const reading = readSchema("/graphql", gone.signal, [60_000]);
    await vi.waitFor(() => {
      expect(fetched).toHaveBeenCalled();
    });
    gone.abort();
    await expect(reading).rejects.toThrow();
    expect(fetched).toHaveBeenCalledTimes(1);
  });
});
