// @vitest-environment node
import { describe, expect, it } from "vitest";
import { clock, shareOf } from "./figures";
import { exportQuery, faultsFile, formatOf, headOf, importQuery } from "./files";

describe("files", () => {
  it("are known by their names", () => {
    expect(["a.CSV", "b.tsv", "c.jsonl", "d.xlsx", "e.pdf", "f"].map((name) => formatOf({ name }))).toEqual(["csv", "csv", "ndjson", "xlsx", null, null]);
  });

  it("are looked at by their first whole lines, where they have lines", async () => {
    const long = new Blob(["a,b\n", "1,2\n".repeat(100_000)]);
    const head = await headOf(long, "csv");
    expect(head.size).toBeLessThan(300_000);
    expect((await head.text()).endsWith("1,2\n")).toBe(true);
    expect(await headOf(long, "json")).toBe(long);
    const short = new Blob(["a\n1"]);
    expect(await headOf(short, "csv")).toBe(short);
  });

  it("keep both bytes of a line end in UTF-16", async () => {
    const lines = Uint8Array.from({ length: 320_000 }, (_, at) => [49, 0, 10, 0][at % 4] ?? 0);
    const head = await headOf(new Blob([lines]), "csv");
    expect(head.size % 2).toBe(0);
  });
});

describe("what is asked", () => {
  it("names every column of an import, also those left out", () => {
    const query = importQuery({ format: "csv", columns: { "A=B": "label", C: "" }, upsert: "label", skipInvalid: true, dryRun: false });
    expect(new URLSearchParams(query).getAll("map")).toEqual(["A=B=label", "C="]);
    expect(query).toContain("upsert=label");
  });

  it("keeps filter, search and order of the list for an export", () => {
    const query = new URLSearchParams(exportQuery({ format: "xlsx", filters: { status: "open" }, search: "gate", sort: { field: "label", order: "desc" }, fields: ["label", "status"], references: "key" }));
    expect(Object.fromEntries(query)).toEqual({ format: "xlsx", references: "key", fields: "label,status", filter: '{"status":"open"}', search: "gate", sort: "-label" });
  });
});

describe("faults", () => {
  it("are a table that a spreadsheet takes as text", async () => {
    const file = faultsFile([{ row: 2, path: "/total", rule: "Type", message: '=1+1 is no "number", they say' }], ["Row", "Field", "Reason"]);
    expect((await file.text()).replace("\ufeff", "")).toBe(`Row,Field,Reason\r\n2,total,"'=1+1 is no ""number"", they say"\r\n`);
  });
});

describe("progress", () => {
  const figures = { id: "1", direction: "import", state: "running" } as const;

  it("goes by bytes where the size is known, else by rows, else nobody knows", () => {
    expect(shareOf({ ...figures, rows: 10, bytes: 50, size: 200 }, 1000)).toBe(0.25);
    expect(shareOf({ ...figures, rows: 10, bytes: 50, size: null }, 40)).toBe(0.25);
    expect(shareOf({ ...figures, rows: 10 }, null)).toBeNull();
    expect(shareOf(figures, 40)).toBeNull();
  });

  it("counts seconds down", () => {
    expect([clock(5), clock(65), clock(59.7)]).toEqual(["0:05", "1:05", "1:00"]);
  });
});
