import { useTranslation } from "react-i18next";
import { formatDateTime, formatExact } from "../../format/value";
import { IconHistory } from "../../icons/tabler";
import { useLocale } from "../../i18n/I18nProvider";
import { Button } from "../Button/Button";
import classes from "./HistoryList.module.css";

/** One field that changed, as texts; "" where there was nothing. */
export type HistoryChange = { name: string; label: string; before: string; after: string };

export type HistoryItem = {
  /** The moment, RFC 3339. */
  at: string;
  /** What was done: "Changed". */
  what: string;
  who: string;
  /** The way it came in, in mono. */
  via: string;
  changes: readonly HistoryChange[];
  /** `now`: how things stand. `then`: they can be made so again. null: neither can be said. */
  state: "now" | "then" | null;
};

export type HistoryListProps = {
  items: readonly HistoryItem[];
  /** The moment that is being restored. */
  restoring?: string | null;
  onRestore: (at: string) => void;
};

/** More changes than this are shown when asked for. */
const AT_ONCE = 4;

/** What happened to a record, the newest first, with the way back to each state. */
export function HistoryList({ items, restoring = null, onRestore }: HistoryListProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  return (
    <ol className={classes.list}>
      {items.map((item, place) => (
        <li key={`${item.at} ${String(place)}`} className={classes.item}>
          <div className={classes.head}>
            <p className={classes.what}>
              <b>{item.what}</b>{" "}
              <time dateTime={item.at} title={formatExact(item.at, locale)}>
                {formatDateTime(item.at, locale)}
              </time>
            </p>
            <p className={classes.who}>
              <span dir="auto">{item.who}</span> <code>{item.via}</code>
            </p>
          </div>
          {item.state === "now" && <span className={classes.now}>{t("history.now")}</span>}
          {item.state === "then" && (
            <Button
              kind="subtle"
              compact
              icon={<IconHistory aria-hidden />}
              busy={restoring === item.at}
              disabled={restoring !== null && restoring !== item.at}
              onClick={() => onRestore(item.at)}
              aria-label={t("history.restoreThis", { time: formatExact(item.at, locale) })}
            >
              {t("history.restore")}
            </Button>
          )}
          <Changes changes={item.changes} />
        </li>
      ))}
    </ol>
  );
}

function Changes({ changes }: { changes: readonly HistoryChange[] }) {
  const { t } = useTranslation("ui");
  if (changes.length === 0) return null;
  const lines = (
    <dl className={classes.changes}>
      {changes.map((change) => (
        <div key={change.name}>
          <dt>{change.label}</dt>
          <dd dir="auto">
            {change.before && <del>{change.before}</del>}
            {change.before && <span aria-hidden> → </span>}
            <span className="tq-visually-hidden"> {t("history.to")} </span>
            {change.after ? <ins>{change.after}</ins> : <span className={classes.nothing}>{t("history.nothing")}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
  if (changes.length <= AT_ONCE) return lines;
  return (
    <details className={classes.more}>
      <summary>{t("history.fields", { count: changes.length })}</summary>
      {lines}
    </details>
  );
}
