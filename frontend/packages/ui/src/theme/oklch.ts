/** Colours by lightness, chroma and hue (OKLCH), their sRGB form and the contrast of two of them (WCAG 2). */

/** Red, green, blue from 0 to 1. */
export type Rgb = readonly [number, number, number];
/** Lightness 0–1, chroma 0–0.37, hue in radians. */
export type Oklch = { l: number; c: number; h: number };

const toLinear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const fromLinear = (value: number): number => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/** "#rgb" or "#rrggbb"; null for anything else. */
export function readHex(text: string): Rgb | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  const [, r, g, b] = (short ? [null, ...short.slice(1).map((digit) => digit + digit)] : /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text)) ?? [];
  return r && g && b ? [parseInt(r, 16) / 255, parseInt(g, 16) / 255, parseInt(b, 16) / 255] : null;
}

export const toHex = (rgb: Rgb): string => `#${rgb.map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255).toString(16).padStart(2, "0")).join("")}`;

export function toOklch(rgb: Rgb): Oklch {
  const [r, g, b] = rgb.map(toLinear) as [number, number, number];
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const middle = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
  const yellow = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
  return { l: 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short, c: Math.hypot(a, yellow), h: Math.atan2(yellow, a) };
}

/** Null outside of what a screen can show. */
function exactly({ l, c, h }: Oklch): Rgb | null {
  const [a, b] = [c * Math.cos(h), c * Math.sin(h)];
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
  if (linear.some((value) => value < -SLACK || value > 1 + SLACK)) return null;
  return linear.map((value) => fromLinear(Math.min(1, Math.max(0, value)))) as unknown as Rgb;
}

const CHROMA_STEP = 0.004;
/** Rounding at the edge of the gamut. */
const SLACK = 0.0005;

/** The nearest colour of the same lightness and hue that a screen can show. */
export function toRgb(colour: Oklch): Rgb {
  for (let c = colour.c; c > 0; c -= CHROMA_STEP) {
    const rgb = exactly({ ...colour, c });
    if (rgb) return rgb;
  }
  const grey = fromLinear(Math.min(1, Math.max(0, colour.l)) ** 3);
  return [grey, grey, grey];
}

const luminance = (rgb: Rgb): number => {
  const [r, g, b] = rgb.map(toLinear) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
