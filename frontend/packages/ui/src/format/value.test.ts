// @vitest-environment node
import { describe, expect, it } from "vitest";
import { formatDate, formatDateTime, formatNumber, formatValue } from "./value";

const words = { yes: "Yes", no: "No" };

describe("values as people read them", () => {
  it("numbers follow the reader's language", () => {
    expect(formatNumber(1234.5, "en-GB", 2)).toBe("1,234.50");
    expect(formatNumber(1234.5, "de-DE", 2)).toBe("1.234,50");
  });

  it("a date has its month in letters and is the same day in every zone", () => {
    expect(formatDate("1998-05-06", "en-GB")).toBe("6 May 1998");
    expect(formatDate("1998-05-06", "de-DE")).toBe("6. Mai 1998");
  });

  it("a moment is told in the reader's zone", () => {
    const moment = new Date(2026, 10, 20, 14, 2).toISOString();
    expect(formatDateTime(moment, "en-GB")).toBe("20 Nov 2026, 14:02");
  });

  it.each([
    ["nothing", null, { type: "String" as const }, ""],
    ["a truth", true, { type: "Boolean" as const }, "Yes"],
    ["an amount", 12.5, { type: "Decimal" as const }, "12.50"],
    ["a number that is a name", 10248, { type: "Integer" as const, format: "plain" }, "10248"],
    ["an amount without groups", 1234.5, { type: "Decimal" as const, format: "plain", scale: 2 }, "1234.50"],
    ["a share", 0.125, { type: "Decimal" as const, format: "percent" }, "12.5%"],
    ["a size", 5_251_767, { type: "Integer" as const, format: "bytes" }, "5 MB"],
    ["the day of a moment", new Date(2026, 10, 20, 14, 2).toISOString(), { type: "DateTime" as const, format: "date" }, "20 Nov 2026"],
    ["a format nobody knows", 1234, { type: "Integer" as const, format: "roman" }, "1,234"],
    ["a choice", "open", { type: "Enum" as const, options: [{ value: "open", label: "Open" }] }, "Open"],
    ["an unknown choice", "lost", { type: "Enum" as const, options: [] }, "lost"],
    ["a time", "08:30:00", { type: "Time" as const }, "08:30"],
    ["a list", ["a", "b"], { type: "Array" as const }, "a, b"],
    ["an object", { a: 1 }, { type: "Json" as const }, '{"a":1}'],
  ])("%s", (_what, value, shape, text) => {
    expect(formatValue(value, shape, "en-GB", words)).toBe(text);
  });

  it("a reference shows its title, and the beginning of its id until that is known", () => {
    const id = "0190a000-0000-7000-8000-000000000001";
    expect(formatValue(id, { type: "Reference" }, "en-GB", words, () => "Bon app'")).toBe("Bon app'");
    expect(formatValue(id, { type: "Reference" }, "en-GB", words, () => undefined)).toBe("0190a000");
  });
});
