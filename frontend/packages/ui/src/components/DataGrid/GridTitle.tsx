import { formatNumber } from "../../format/value";
import { useLocale } from "../../i18n/I18nProvider";
import classes from "./DataGrid.module.css";

type GridTitleProps = { title: string; /** Records that match; null while unknown. */ total: number | null; estimate: boolean };

/** The heading of a grid among others, with how many it holds. */
export function GridTitle({ title, total, estimate }: GridTitleProps) {
  const locale = useLocale();
  return (
    <div className={classes.titleLine}>
      <h2 className={classes.title}>{title}</h2>
      {total !== null && <span className={classes.titleCount}>{`${formatNumber(total, locale)}${estimate ? "+" : ""}`}</span>}
    </div>
  );
}
