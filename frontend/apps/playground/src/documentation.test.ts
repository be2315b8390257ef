import { buildSchema } from "graphql";
import { describe, expect, it } from "vitest";
import { overview, sectionOf } from "./documentation";

const schema = buildSchema(`
  type Query { "By name." model(name: String!): Model  mode: Mode }
  type Mutation { dropModel(name: String!): Boolean }
  type Model { id: ID! mode: Mode }
  enum Mode { New Merge }
`);

describe("the documentation of a schema", () => {
  it("begins with its operations and their signatures", () => {
    const [query, mutation] = overview(schema, "");
    expect(query?.entries[0]).toEqual({ key: "model", name: "model", signature: "(name: String!): Model", description: "By name.", opens: "Model" });
    expect(mutation?.entries[0]).toMatchObject({ signature: "(name: String!): Boolean", opens: undefined });
  });

  it("finds operations and types by a part of their name", () => {
    expect(overview(schema, "MODEL").map(({ title, entries }) => [title, entries.map(({ name }) => name)])).toEqual([
      ["Query", ["model"]],
      ["Mutation", ["dropModel"]],
      ["Type", ["Model"]],
    ]);
    expect(overview(schema, "xyz")).toEqual([]);
  });

  it("shows the values of an enumeration", () => {
    const mode = schema.getType("Mode");
    expect(mode && sectionOf(mode).entries.map(({ name }) => name)).toEqual(["New", "Merge"]);
  });
});
