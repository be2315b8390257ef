// @vitest-environment node
import { describe, expect, it } from "vitest";
import { dayPattern, firstDayOfWeek } from "./calendar";

describe("a day that is typed", () => {
  it.each([
    ["en-GB", "D MMM YYYY"],
    ["en-US", "MMM D, YYYY"],
    ["de-DE", "D. MMM YYYY"],
  ])("in %s has the pattern %s", (locale, pattern) => {
    expect(dayPattern(locale)).toBe(pattern);
  });

  it("stands in a week that begins as the country has it", () => {
    expect([firstDayOfWeek("de-DE"), firstDayOfWeek("en-GB")]).toEqual([1, 1]);
    expect([0, 1]).toContain(firstDayOfWeek("en-US"));
  });
});
