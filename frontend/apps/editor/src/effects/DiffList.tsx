import { useTranslation } from "react-i18next";
import type { Difference } from "../api/types";
import classes from "./effects.module.css";

const SIGNS = { added: "+", removed: "−", changed: "~", moved: "↕" } as const;

/** A value in one line, as the document writes it. */
function written(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What the server keeps for itself when parts are removed. */
const OWN = new Set(["retired_keys"]);

/** Without entries that say only what the server keeps for itself. */
export function tellable(diff: readonly Difference[]): Difference[] {
  return diff.filter(({ action, members = [] }) => action !== "changed" || members.some((name) => !OWN.has(name)));
}

type Member = { name: string; before: string; after: string };

function membersOf({ action, members = [], before, after }: Difference): Member[] {
  if (action !== "changed") return [];
  const was = (before ?? {}) as Record<string, unknown>;
  const is = (after ?? {}) as Record<string, unknown>;
  return members.filter((name) => !OWN.has(name)).map((name) => ({ name, before: written(was[name]), after: written(is[name]) }));
}

/** What differs between two states of a model: each part with its sign and word, and its members before and after. */
export function DiffList({ diff, label }: { diff: readonly Difference[]; label: string }) {
  const { t } = useTranslation("editor");
  return (
    <ul className={classes.diff} aria-label={label}>
      {tellable(diff).map((entry) => (
        <li key={`${entry.kind}/${entry.id}/${entry.action}`}>
          <p>
            <span className={classes.sign} data-action={entry.action} aria-hidden="true">
              {SIGNS[entry.action]}
            </span>
            <span>
              {t(`diff.${entry.action}`)} {t(`diff.kind.${entry.kind}`)} <code>{entry.name}</code>
            </span>
          </p>
          {membersOf(entry).map((member) => (
            <dl key={member.name}>
              <dt>{member.name}</dt>
              <dd>
                <del>{member.before}</del> <ins>{member.after}</ins>
              </dd>
            </dl>
          ))}
        </li>
      ))}
    </ul>
  );
}
