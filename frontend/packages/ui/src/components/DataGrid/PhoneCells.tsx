import { formatDate, formatDay, isNumeric } from "../../format/value";
import { useLocale } from "../../i18n/I18nProvider";
import classes from "./DataGrid.module.css";
import type { GridColumnSpec } from "./DataGrid.types";
import { CellContent } from "./GridCell";
import type { GridRowProps } from "./GridRow.types";
import { leastOf } from "./template";

type Places = { title: GridColumnSpec | undefined; amount: GridColumnSpec | undefined; meta: GridColumnSpec[]; date: GridColumnSpec | undefined };

const isMoment = ({ type }: GridColumnSpec): boolean => type === "Date" || type === "DateTime";

/** A first column this wide holds what records are called; a narrower one numbers them, and what they refer to tells more. */
const NAME_WIDTH = 200;

/** Who stands where in the two lines of a phone's row: title and amount, then status, what tells rows apart, date. */
export function phonePlaces(columns: readonly GridColumnSpec[]): Places {
  const other = columns.find(({ type }) => type === "Reference") ?? columns.find(({ type }) => type === "String");
  const [first] = columns;
  const title = first?.type === "String" && (leastOf(first, 0) >= NAME_WIDTH || !columns.some(({ type }) => type === "Reference")) ? first : other;
  const amount = columns.findLast(({ type }) => isNumeric(type));
  const date = columns.find((column) => isMoment(column));
  const rest = columns.filter((column) => column !== title && column !== amount && column !== date && !isMoment(column));
  const state = rest.find(({ type }) => type === "Enum");
  const telling = rest.find((column) => column === first && column !== state) ?? rest.find(({ type }) => type === "String" || type === "Reference") ?? rest.find((column) => column !== state);
  return { title: title ?? columns[0], amount, meta: [state, telling].filter((column) => column !== undefined), date };
}

/** The day alone: there is no room for the hour. */
function day(record: GridRowProps["record"], column: GridColumnSpec | undefined, locale: string): string {
  if (!column) return "";
  const value = record[column.field];
  if (typeof value !== "string" || value === "") return "–";
  return column.type === "DateTime" ? formatDay(value, locale) : formatDate(value, locale);
}

/** The two lines of a row on a phone. */
export function PhoneCells({ record, columns, cellText }: GridRowProps) {
  const locale = useLocale();
  const { title, amount, meta, date } = phonePlaces(columns);
  const draw = (column: GridColumnSpec | undefined) => column && <CellContent column={column} text={cellText(record, column).text} value={record[column.field]} />;
  return (
    <div role="gridcell" className={classes.phone}>
      <span className={classes.phoneTitle} dir="auto">{draw(title)}</span>
      <span className={classes.phoneEnd}>{draw(amount)}</span>
      <span className={classes.phoneMeta}>
        {meta.map((column) => (
          <span key={column.field} className={classes.phonePart} dir="auto">
            {draw(column)}
          </span>
        ))}
      </span>
      <span className={classes.phoneDate}>{day(record, date, locale)}</span>
    </div>
  );
}
