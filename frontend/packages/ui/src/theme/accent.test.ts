// @vitest-environment node
import { describe, expect, it } from "vitest";
import { accentOf, type AccentTokens } from "./accent";
import { contrast, readHex, toHex, toOklch, toRgb, type Rgb } from "./oklch";

const rgb = (hex: string): Rgb => readHex(hex) ?? [0, 0, 0];
const GROUNDS = { light: ["#f5f7f8", "#ffffff", "#eef2f3", "#f1f4f5"], dark: ["#0b1011", "#101617", "#191f21", "#171d1f"] };

function lowest(tokens: AccentTokens, scheme: "light" | "dark", token: keyof AccentTokens): number {
  return Math.min(...[...GROUNDS[scheme], tokens["--tq-accent-wash"]].map((ground) => contrast(rgb(tokens[token]), rgb(ground))));
}

describe("the accent of an application", () => {
  it.each(["#007081", "#5b21b6", "#ffd400", "#c2410c", "#000000", "#ffffff", "#7f7f7f", "#0f0", "#1e3a8a"])("made from %s keeps every contrast in both schemes", (colour) => {
    const accent = accentOf(colour);
    for (const [scheme, least] of [["light", [5.1, 5.8, 6.2]], ["dark", [6.7, 7.9, 8.2]]] as const) {
      const tokens = accent?.[scheme] as AccentTokens;
      expect(lowest(tokens, scheme, "--tq-accent")).toBeGreaterThanOrEqual(least[0] - 0.1);
      expect(contrast(rgb(tokens["--tq-on-accent"]), rgb(tokens["--tq-accent"]))).toBeGreaterThanOrEqual(least[1] - 0.1);
      expect(lowest(tokens, scheme, "--tq-accent-text")).toBeGreaterThanOrEqual(least[2] - 0.1);
    }
  });

  it("keeps the hue that was asked for", () => {
    const { h } = toOklch(rgb("#5b21b6"));
    expect(toOklch(rgb(accentOf("#5b21b6")?.light["--tq-accent"] ?? "")).h).toBeCloseTo(h, 1);
  });

  it("stays ours where the theme names no colour", () => {
    expect([accentOf("modern"), accentOf(null), accentOf(""), accentOf("#12")]).toEqual([null, null, null, null]);
  });

  it("goes there and back without a change", () => {
    expect(["#4fb9cc", "#c92a35", "#ffffff"].map((hex) => toHex(toRgb(toOklch(rgb(hex)))))).toEqual(["#4fb9cc", "#c92a35", "#ffffff"]);
  });
});
