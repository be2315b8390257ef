/** What the log of a record reads like: pure, so that it can be told without a server. */
import type { FormField, HistoryEntry, JsonObject } from "@torque/protocol";
import { formatValue, shapeOfField, type HistoryChange, type HistoryItem } from "@torque/ui";

export type Reading = {
  /** What is known of the fields, by their names. */
  fields: ReadonlyMap<string, FormField>;
  locale: string;
  words: { yes: string; no: string; somebody: string; what: Record<HistoryEntry["action"], string> };
  titleOf: (entity: string, id: string) => string | undefined;
};

/** A text longer than this says what it is by its beginning. */
const MOST_LETTERS = 200;

function changesOf({ old, new: now }: HistoryEntry, { fields, locale, words, titleOf }: Reading): HistoryChange[] {
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])];
  const places = [...fields.keys()];
  const place = (name: string): number => (fields.has(name) ? places.indexOf(name) : places.length);
  const text = (held: JsonObject | null, name: string): string => {
    const field = fields.get(name);
    const entity = field?.entity;
    const whole = formatValue(held?.[name], field ? shapeOfField(field) : { type: "String" }, locale, words, entity ? (id) => titleOf(entity, id) : undefined);
    return whole.length > MOST_LETTERS ? `${whole.slice(0, MOST_LETTERS)}…` : whole;
  };
  return names
    .toSorted((one, other) => place(one) - place(other))
    .map((name) => ({ name, label: fields.get(name)?.label ?? name, before: text(old, name), after: text(now, name) }))
    .filter(({ before, after }) => before !== after);
}

/** A record can be wound back over this entry. */
const kept = ({ action, old }: HistoryEntry): boolean => action !== "update" || old !== null;

/** The entries as the list shows them: which of them says how things stand, and to which one can go back. */
export function historyItems(entries: readonly HistoryEntry[], reading: Reading): HistoryItem[] {
  const newest = entries.findIndex(({ action }) => action !== "read");
  const gap = entries.findIndex((entry) => !kept(entry));
  return entries.map((entry, place) => {
    const reached = gap === -1 || place <= gap;
    const state = entry.action === "read" || entry.action === "delete" || place < newest ? null : place === newest ? "now" : reached ? "then" : null;
    return { at: entry.at, what: reading.words.what[entry.action], who: entry.actor || reading.words.somebody, via: entry.protocol, changes: changesOf(entry, reading), state };
  });
}

/** The records that entries speak of, by entity: their titles have to be asked for. */
export function mentioned(entries: readonly HistoryEntry[], fields: ReadonlyMap<string, FormField>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { old, new: now } of entries) {
    for (const [name, value] of [...Object.entries(old ?? {}), ...Object.entries(now ?? {})]) {
      const entity = fields.get(name)?.entity;
      if (!entity) continue;
      const ids = found.get(entity) ?? new Set<string>();
      for (const one of [value].flat()) if (typeof one === "string") ids.add(one);
      found.set(entity, ids);
    }
  }
  return found;
}
