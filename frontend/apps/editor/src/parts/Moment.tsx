import { useLocale } from "@torque/ui";
import { whenText } from "./when";

/** A time as people say it: relative under a day, else the day; exact in the tooltip. */
export function Moment({ at }: { at: string }) {
  const locale = useLocale();
  const date = new Date(at);
  return (
    <time dateTime={at} title={new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "medium" }).format(date)}>
      {whenText(date, new Date(), locale)}
    </time>
  );
}
