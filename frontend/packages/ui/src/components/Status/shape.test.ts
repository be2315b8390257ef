// @vitest-environment node
import { describe, expect, it } from "vitest";
import { statusShapes } from "./shape";

const option = (value: string, color?: string, icon?: string) => ({ value, label: value, color, icon });

describe("shapes of states", () => {
  it("follow the words of the values", () => {
    const shapes = statusShapes(["Draft", "Confirmed", "Processing", "Shipped", "OnHold", "Cancelled"].map((value) => option(value)));
    expect([...shapes.values()]).toEqual(["hollow", "ring", "half", "done", "hold", "bad"]);
  });

  it("follow icon and colour of the model before the words", () => {
    const shapes = statusShapes([option("open", "info", "circle"), option("closed", "ok", "circle-check"), option("x1", "amber")]);
    expect([...shapes.values()]).toEqual(["hollow", "done", "hold"]);
  });

  it("are not given to an enum that is no status", () => {
    expect(statusShapes([option("retail"), option("trade"), option("new")]).size).toBe(0);
  });
});
