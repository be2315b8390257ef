// @vitest-environment node
import { describe, expect, it } from "vitest";
import { overlaps } from "./overlaps";

describe("a save over somebody else's", () => {
  const base = { id: "1", version: 1, label: "a", note: null };

  it("goes on where other fields were changed", () => {
    expect(overlaps({ label: "b" }, base, { ...base, version: 2, note: "new" })).toBe(false);
  });

  it("goes on where both want the same", () => {
    expect(overlaps({ label: "b", note: null }, base, { id: "1", version: 2, label: "b" })).toBe(false);
  });

  it("stops where the same field says something else", () => {
    expect(overlaps({ label: "b" }, base, { ...base, version: 2, label: "c" })).toBe(true);
  });
});
