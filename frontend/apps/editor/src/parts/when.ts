const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "2 min. ago" under a day, "18 Nov" this year, else with the year. */
export function whenText(date: Date, now: Date, locale: string): string {
  const age = Math.max(0, now.getTime() - date.getTime());
  const relative = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "auto" });
  if (age < MINUTE) return relative.format(0, "second");
  if (age < HOUR) return relative.format(-Math.round(age / MINUTE), "minute");
  if (age < DAY) return relative.format(-Math.round(age / HOUR), "hour");
  const sameYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) }).format(date);
}
