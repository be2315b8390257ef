// @vitest-environment node
import { ApolloClient, ApolloLink, gql, InMemoryCache } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { NEVER, of, throwError, type Observable } from "rxjs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { codeOf } from "./errors";
import { patient } from "./patience";

type Answer = () => Observable<ApolloLink.Result>;

const said = (code: string): ApolloLink.Result => ({ data: null, errors: [{ message: code, extensions: { code } }] }) as ApolloLink.Result;
const ME = gql`
  query Me {
    me
  }
`;
const SAVE = gql`
  mutation Save {
    save
  }
`;

function asking(...answers: Answer[]): { client: ApolloClient; asked: () => number } {
  let asked = 0;
  const link = new ApolloLink(() => (answers[Math.min(asked++, answers.length - 1)] as Answer)());
  return { client: new ApolloClient({ link: ApolloLink.from([patient([1, 1, 1]), link]), cache: new InMemoryCache() }), asked: () => asked };
}

const lost: Answer = () => throwError(() => new TypeError("Failed to fetch"));
const there: Answer = () => of({ data: { me: "Ada", save: true } });

describe("a query", () => {
  it.each([
    ["no connection", lost],
    ["a server with too much to do", () => of(said("OVERLOADED"))],
    ["a database that is away", () => throwError(() => new CombinedGraphQLErrors(said("UNAVAILABLE")))],
  ] as [string, Answer][])("outlives %s", async (_, failing) => {
    const { client, asked } = asking(failing, failing, there);
    expect((await client.query({ query: ME })).data).toEqual({ me: "Ada" });
    expect(asked()).toBe(3);
  });

  it("is given up after three more times, with what the server said", async () => {
    const { client, asked } = asking(() => of(said("UNAVAILABLE")));
    const failure: unknown = await client.query({ query: ME }).catch((error: unknown) => error);
    expect(codeOf(failure)).toBe("UNAVAILABLE");
    expect(asked()).toBe(4);
  });

  it("is not asked again where the answer would be the same", async () => {
    const { client, asked } = asking(() => of(said("NOT_FOUND")));
    await expect(client.query({ query: ME })).rejects.toThrow("NOT_FOUND");
    expect(asked()).toBe(1);
  });
});

describe("a change", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is never sent twice by itself", async () => {
    const { client, asked } = asking(lost);
    await expect(client.mutate({ mutation: SAVE })).rejects.toThrow("Failed to fetch");
    expect(asked()).toBe(1);
  });

  it("is not waited for without end", async () => {
    vi.useFakeTimers();
    const { client } = asking(() => NEVER);
    const outcome = client.mutate({ mutation: SAVE }).catch((error: unknown) => codeOf(error));
    await vi.advanceTimersByTimeAsync(200_000);
    expect(await outcome).toBe("NETWORK");
  });
});
