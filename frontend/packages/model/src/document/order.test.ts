import { expect, it } from "vitest";
import { sampleDocument } from "../testing/fixtures";
import { sameJson } from "./json";
import { inOrder } from "./order";

it("orders members for reading and changes nothing else", () => {
  expect(JSON.stringify(inOrder({ zeta: 1, props: { b: 1, a: 2 }, type: "Text", id: "x" }))).toBe('{"id":"x","type":"Text","props":{"b":1,"a":2},"zeta":1}');
  const document = sampleDocument();
  expect(sameJson(inOrder(document), document)).toBe(true);
});
