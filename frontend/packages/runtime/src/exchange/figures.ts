/** How far a file is, in words and as a share. */
import type { ExchangeFigures } from "@torque/protocol";
import { formatNumber } from "@torque/ui";
import type { TFunction } from "i18next";

const MINUTE = 60;

/** Seconds as `1:05`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / MINUTE)}:${String(whole % MINUTE).padStart(2, "0")}`;
}

/** From 0 to 1; null where nobody knows. */
export function shareOf(figures: ExchangeFigures | null, total: number | null): number | null {
  if (!figures) return null;
  if (figures.size && figures.bytes) return Math.min(1, figures.bytes / figures.size);
  return total && figures.rows !== undefined ? Math.min(1, figures.rows / total) : null;
}

/** `12,000 rows · 45,000 rows/s · 0:07 left`; "" while nothing was told. */
export function figuresText(figures: ExchangeFigures | null, total: number | null, t: TFunction<"runtime">, locale: string): string {
  if (figures?.rows === undefined) return "";
  const rows = formatNumber(figures.rows, locale);
  return [
    total === null ? t("figures.rows", { rows }) : t("figures.of", { rows, total: formatNumber(total, locale) }),
    figures.rate ? t("figures.rate", { rate: formatNumber(figures.rate, locale) }) : "",
    figures.secondsLeft ? t("figures.left", { time: clock(figures.secondsLeft) }) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
