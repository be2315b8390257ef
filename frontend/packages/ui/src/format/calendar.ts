/** How a language and a country write days: for the inputs that are typed into. */

type WithWeek = Intl.Locale & { getWeekInfo?: () => { firstDay: number } };

const MONDAY = 1;

/** The first day of the week, 0 for Sunday; Monday where the browser does not know. */
export function firstDayOfWeek(locale: string): number {
  return ((new Intl.Locale(locale) as WithWeek).getWeekInfo?.().firstDay ?? MONDAY) % 7;
}

const LETTERS: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = { day: "D", month: "MMM", year: "YYYY" };

/** The order of day, month in letters and year, as the pattern that inputs read and write by: "D MMM YYYY", "MMM D, YYYY". */
export function dayPattern(locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" }).formatToParts(new Date(2026, 10, 20));
  return parts.map(({ type, value }) => LETTERS[type] ?? value).join("");
}
