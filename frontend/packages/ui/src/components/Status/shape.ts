/** Which shape a value of an enum wears: hollow = not begun, ring = accepted, half = under way, full = done. */
import type { EnumValue } from "@torque/protocol";

export type StatusShape = "hollow" | "ring" | "half" | "done" | "hold" | "bad";

const BY_COLOR: Record<string, StatusShape> = {
  gray: "hollow",
  grey: "hollow",
  neutral: "hollow",
  teal: "ring",
  cyan: "ring",
  petrol: "ring",
  accent: "ring",
  blue: "half",
  indigo: "half",
  violet: "half",
  info: "half",
  green: "done",
  ok: "done",
  success: "done",
  amber: "hold",
  orange: "hold",
  yellow: "hold",
  warn: "hold",
  warning: "hold",
  red: "bad",
  bad: "bad",
  error: "bad",
  danger: "bad",
};

const BY_ICON: Record<string, StatusShape> = {
  circle: "hollow",
  "circle-dashed": "hollow",
  "circle-dot": "ring",
  "circle-half": "half",
  "circle-half-2": "half",
  progress: "half",
  "circle-check": "done",
  check: "done",
  clock: "hold",
  "player-pause": "hold",
  "circle-x": "bad",
  x: "bad",
};

const BY_WORD: [StatusShape, RegExp][] = [
  ["bad", /^(cancel+ed|failed|rejected|error|blocked|declined|refunded|overdue|expired|lost)$/],
  ["hold", /^(on[ _-]?hold|paused|waiting|suspended|backorder|partial|partially[ _-]?paid)$/],
  ["done", /^(done|closed|complete|completed|delivered|shipped|paid|finished|resolved|published|success|won)$/],
  ["half", /^(processing|in[ _-]?progress|packed|running|shipping|in[ _-]?transit|under[ _-]?way|review|in[ _-]?review|authorized)$/],
  ["ring", /^(confirmed|accepted|approved|active|ready|scheduled|assigned)$/],
  ["hollow", /^(open|new|draft|plan|planned|planning|idea|pending|todo|to[ _-]?do|not[ _-]?started|inactive|unpaid|archived|backlog)$/],
];

function shapeOfValue({ value, color, icon }: EnumValue): StatusShape | null {
  const named = BY_ICON[(icon ?? "").toLowerCase()] ?? BY_COLOR[(color ?? "").toLowerCase()];
  if (named) return named;
  const word = value.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  return BY_WORD.find(([, words]) => words.test(word))?.[0] ?? null;
}

/** Shapes for the values of an enum; empty when the enum is not a status (most of its words say no state). */
export function statusShapes(options: readonly EnumValue[]): ReadonlyMap<string, StatusShape> {
  const shapes = new Map<string, StatusShape>();
  options.forEach((option) => {
    const shape = shapeOfValue(option);
    if (shape) shapes.set(option.value, shape);
  });
  return shapes.size * 2 > options.length ? shapes : new Map<string, StatusShape>();
}
