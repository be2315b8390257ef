import type { Label } from "@torque/model";
import { defaultRangeExtractor, useVirtualizer, type Range } from "@tanstack/react-virtual";
import { useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Tag } from "../parts/Tag";
import classes from "./translations.module.css";

export type TranslationTableProps = {
  language: string;
  labels: readonly Label[];
  texts: Record<string, string>;
  /** A line was left with another translation than it had; an empty one takes it away. */
  onTranslate: (text: string, translation: string) => void;
};

const ROW_PX = 44;

/** The texts with an input each; only the lines in sight are drawn. Enter and the arrows go from line to line. */
export function TranslationTable({ language, labels, texts, onTranslate }: TranslationTableProps) {
  const { t } = useTranslation("editor");
  const scroll = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<number>();
  const rows = useVirtualizer({
    count: labels.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    initialRect: { width: 0, height: 800 },
    // What is being typed stays, however far the reader scrolls.
    rangeExtractor: (range: Range) => {
      const seen = defaultRangeExtractor(range);
      return focused === undefined || seen.includes(focused) ? seen : [...seen, focused].sort((a, b) => a - b);
    },
  });
  const go = (event: KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    const at = Number((event.target as HTMLElement).dataset.line);
    if (step === undefined || Number.isNaN(at) || at + step < 0 || at + step >= labels.length) return;
    event.preventDefault();
    scroll.current?.querySelector<HTMLElement>(`[data-line="${String(at + step)}"]`)?.focus();
  };
  return (
    <div ref={scroll} className={classes.table} role="table" aria-label={t("translations.title")} aria-rowcount={labels.length + 1} onKeyDown={go} onFocus={({ target }) => { setFocused(target.dataset.line === undefined ? undefined : Number(target.dataset.line)); }}>
      <div role="row" className={classes.tableHead}>
        <span role="columnheader">{t("translations.text")}</span>
        <span role="columnheader">{t("translations.translation")}</span>
      </div>
      <div role="rowgroup" className={classes.body} style={{ blockSize: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const label = labels[index];
          return label && <Line key={label.text} label={label} at={index} start={start} language={language} stored={texts[label.text] ?? ""} onTranslate={onTranslate} />;
        })}
      </div>
    </div>
  );
}

type LineProps = { label: Label; at: number; start: number; language: string; stored: string; onTranslate: TranslationTableProps["onTranslate"] };

function Line({ label, at, start, language, stored, onTranslate }: LineProps) {
  const { t } = useTranslation("editor");
  const [draft, setDraft] = useState<string>();
  const [first, ...others] = label.places;
  return (
    <div role="row" aria-rowindex={at + 2} className={classes.line} style={{ insetBlockStart: start }}>
      <div role="cell" className={classes.source}>
        <span title={label.text}>{label.text}</span>
        {first === undefined ? (
          <Tag tone="warn">{t("translations.stray")}</Tag>
        ) : (
          <code title={label.places.join("\n")}>
            {first}
            {others.length > 0 && ` +${String(others.length)}`}
          </code>
        )}
      </div>
      <div role="cell">
        <input
          data-line={at}
          lang={language}
          dir="auto"
          aria-label={t("translations.of", { text: label.text })}
          placeholder={label.text}
          value={draft ?? stored}
          onChange={(event) => { setDraft(event.currentTarget.value); }}
          onBlur={() => {
            if (draft !== undefined) onTranslate(label.text, draft.trim());
            setDraft(undefined);
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") setDraft(undefined);
          }}
        />
      </div>
    </div>
  );
}
