// @vitest-environment node
import { describe, expect, it } from "vitest";
import { holds } from "./decide";

const scope = { status: "on_hold", total: 12, paid: true, note: "", tags: ["new", "urgent"], due: "2026-11-20", record: { status: "draft" }, params: { view: "3" } };
const decided = (condition: string): boolean | string => {
  const [whenTrue, whenFalse] = [holds(condition, scope, true), holds(condition, scope, false)];
  return whenTrue === whenFalse ? whenTrue : "undecided";
};

describe("a condition of a model", () => {
  it.each([
    ["status == 'on_hold'", true],
    ["status === \"draft\" || record.status === 'draft'", true],
    ["total > 10 && paid", true],
    ["total > 10 and not paid", false],
    ["!(paid && total <= 3)", true],
    ["note != null", false],
    ["note == ''", true],
    ["status in ['draft', 'on_hold']", true],
    ["'urgent' in tags", true],
    ["'late' in tags or total * 2 - 4 >= 20", true],
    ["due >= '2026-11-01' && due < '2026-12-01'", true],
    ["params.view == 3", true],
    ["params.other == null", true],
    ["total % 5 == 2", true],
    ["-total < 0", true],
    ["total / 0 > 1", false],
    ["1 + 2 * 3 == 7", true],
    ["'it\\'s' == \"it's\"", true],
  ])("%s is %s", (condition, result) => {
    expect(decided(condition)).toBe(result);
  });

  it.each(["something(strange)", "status ==", "(paid", "['a'", "unknown == 1", "status = 'x'", "a b", "paid ? 1 : 2", "globalThis.alert", "`x`", "constructor", "__proto__.x", `${"(".repeat(200)}1${")".repeat(200)}`])("%s cannot be decided", (condition) => {
    expect(decided(condition)).toBe("undecided");
  });

  it("never reaches what an object inherits", () => {
    expect(decided("record.constructor == null && record.toString == null && params.__proto__ == null")).toBe(true);
  });

  it("that is absent or empty holds", () => {
    expect([holds(undefined, {}, false), holds(null, {}, false), holds("  ", {}, false)]).toEqual([true, true, true]);
  });
});
