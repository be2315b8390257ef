import { describe, expect, it } from "vitest";
import { operationAt, variablesOf } from "./operation";
import { eventsIn } from "./transport";

describe("the stream of a subscription", () => {
  it("yields whole answers only, whatever the size of its pieces", () => {
    const whole = 'event: next\ndata: {"data":1}\n\n:\n\nevent: next\ndata: {"data":2}\n\nevent: comp';
    expect(eventsIn(whole)).toEqual({ answers: ['{"data":1}', '{"data":2}'], rest: "event: comp" });
  });

  it("takes the end of a stream for no answer", () => {
    expect(eventsIn("event: complete\ndata: \n\n").answers).toEqual([]);
  });
});

describe("the operation to run", () => {
  const two = "query One { models { id } }\nmutation Two { deleteModel(modelId: 1) }";

  it("is the one that the cursor stands in", () => {
    expect(operationAt(two, two.length)).toEqual({ name: "Two", kind: "mutation" });
    expect(operationAt(two, 0)).toEqual({ name: "One", kind: "query" });
  });

  it("is left to the server when the document has faults", () => {
    expect(operationAt("query {", 3)).toEqual({ name: undefined, kind: "query" });
  });

  it("takes variables that are an object, or none", () => {
    expect(variablesOf(" ")).toEqual({});
    expect(variablesOf('{"a": 1}')).toEqual({ a: 1 });
    expect(variablesOf("[1]")).toBeUndefined();
    expect(variablesOf("{")).toBeUndefined();
  });
});
