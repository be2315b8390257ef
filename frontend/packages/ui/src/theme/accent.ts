/** An application's own accent: one colour of its model gives the six accent tokens of both schemes. */
import { contrast, readHex, toHex, toOklch, toRgb, type Oklch, type Rgb } from "./oklch";

export type AccentTokens = Record<`--tq-${"accent" | "accent-hover" | "on-accent" | "accent-text" | "accent-wash" | "accent-line"}`, string>;

type Scheme = {
  /** What accent colours stand on, besides their own wash. */
  surfaces: string[];
  wash: Omit<Oklch, "h">;
  line: Omit<Oklch, "h">;
  onAccent: Omit<Oklch, "h">;
  /** Least contrast of each, as the tokens of our own accent have it. */
  least: { accent: number; onAccent: number; text: number };
  /** Where the search for a lightness begins and which way it goes. */
  start: number;
  step: number;
  hover: number;
};

const SCHEMES: Record<"light" | "dark", Scheme> = {
  light: {
    surfaces: ["#f5f7f8", "#ffffff", "#eef2f3", "#f1f4f5"],
    wash: { l: 0.955, c: 0.014 },
    line: { l: 0.78, c: 0.09 },
    onAccent: { l: 1, c: 0 },
    least: { accent: 5.1, onAccent: 5.8, text: 6.2 },
    start: 0.62,
    step: -0.005,
    hover: -0.065,
  },
  dark: {
    surfaces: ["#0b1011", "#101617", "#191f21", "#171d1f"],
    wash: { l: 0.26, c: 0.032 },
    line: { l: 0.48, c: 0.075 },
    onAccent: { l: 0.2, c: 0.03 },
    least: { accent: 6.7, onAccent: 7.9, text: 8.2 },
    start: 0.62,
    step: 0.005,
    hover: 0.07,
  },
};

/** More colour than this glows on a screen. */
const MOST_CHROMA = 0.17;

/** Any colour that CSS knows by name or notation, as the browser reads it; null for other words ("modern"). */
function readColour(theme: string): Rgb | null {
  const hex = readHex(theme.trim());
  if (hex || typeof CSS === "undefined" || !CSS.supports("color", theme)) return hex;
  const canvas = document.createElement("canvas").getContext("2d");
  if (!canvas) return null;
  canvas.fillStyle = theme;
  return readHex(canvas.fillStyle);
}

/** The first lightness, from `start` on, at which every demand is met. */
function findLightness(from: Oklch, step: number, meets: (rgb: Rgb) => boolean): number {
  let { l } = from;
  while (l > 0 && l < 1 && !meets(toRgb({ ...from, l }))) l += step;
  return l;
}

function tokensOf({ c, h }: Oklch, { surfaces, wash, line, onAccent, least, start, step, hover }: Scheme): AccentTokens {
  const grey = c < 0.02;
  const tinted = (base: Omit<Oklch, "h">): Rgb => toRgb({ ...base, c: grey ? 0 : base.c, h });
  const [washRgb, onRgb] = [tinted(wash), tinted(onAccent)];
  const grounds = [...surfaces.map(readHex), washRgb].filter((ground) => ground !== null);
  const standsOut = (rgb: Rgb, ratio: number): boolean => grounds.every((ground) => contrast(rgb, ground) >= ratio);
  const base: Oklch = { l: start, c: Math.min(c, MOST_CHROMA), h };
  const accent = findLightness(base, step, (rgb) => standsOut(rgb, least.accent) && contrast(rgb, onRgb) >= least.onAccent);
  const text = findLightness({ ...base, l: accent }, step, (rgb) => standsOut(rgb, least.text));
  const at = (l: number): string => toHex(toRgb({ ...base, l }));
  return {
    "--tq-accent": at(accent),
    "--tq-accent-hover": at(accent + hover),
    "--tq-on-accent": toHex(onRgb),
    "--tq-accent-text": at(text),
    "--tq-accent-wash": toHex(washRgb),
    "--tq-accent-line": toHex(tinted(line)),
  };
}

/** The accent tokens of a model's theme; null where it names no colour, and our own accent stays. */
export function accentOf(theme: string | null | undefined): { light: AccentTokens; dark: AccentTokens } | null {
  const rgb = theme ? readColour(theme) : null;
  if (!rgb) return null;
  const colour = toOklch(rgb);
  return { light: tokensOf(colour, SCHEMES.light), dark: tokensOf(colour, SCHEMES.dark) };
}
