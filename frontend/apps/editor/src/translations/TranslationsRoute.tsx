import { labelsOf, remove, update, type Label } from "@torque/model";
import { Button, IconButton, SearchField, showToast } from "@torque/ui";
import { useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { IconPlus, IconTrash } from "../icons";
import { useCommit, useDocument, useSteps } from "../model/ModelProvider";
import { Segments } from "../parts/Segments";
import { EmptyRow } from "../parts/States";
import { AddLanguage } from "./AddLanguage";
import { languageName } from "./languages";
import { TranslationTable } from "./TranslationTable";
import classes from "./translations.module.css";

type Shown = "all" | "missing";

/** Texts of a language that the model no longer has: kept until somebody removes them. */
function strays(labels: readonly Label[], texts: Record<string, string>): Label[] {
  const known = new Set(labels.map(({ text }) => text));
  return Object.keys(texts)
    .filter((text) => !known.has(text))
    .map((text) => ({ text, places: [] }));
}

/** What every text of the model is called in another language, one line each. */
export function TranslationsRoute() {
  const { t, i18n } = useTranslation("editor");
  const document = useDocument();
  const steps = useSteps();
  const commit = useCommit();
  const [parameters, setParameters] = useSearchParams();
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<Shown>("all");
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search).trim().toLowerCase();
  const labels = useMemo(() => labelsOf(document), [document]);
  const locales = document.locales ?? {};
  const codes = Object.keys(locales).sort();
  const code = codes.find((one) => one === parameters.get("language")) ?? codes[0];
  const texts = code === undefined ? {} : (locales[code] ?? {});
  const choose = (next: string): void => {
    setParameters({ language: next }, { replace: true });
  };
  const done = labels.filter(({ text }) => texts[text]).length;
  const lines = [...labels, ...strays(labels, texts)].filter(
    ({ text, places }) => (shown === "all" || !texts[text]) && `${text} ${texts[text] ?? ""} ${places.join(" ")}`.toLowerCase().includes(wanted),
  );
  const translate = (text: string, translation: string): void => {
    if (code === undefined || translation === (texts[text] ?? "")) return;
    const change = translation ? { set: { [text]: translation } } : { unset: [text] };
    commit([update("Locale", code, change)], t("translations.changed", { text, language: languageName(code, i18n.language) }));
  };
  const removeLanguage = (): void => {
    if (code === undefined) return;
    const language = languageName(code, i18n.language);
    if (commit([remove("Locale", code)], t("translations.removed", { language }))) showToast({ message: t("translations.removedToast", { language }), action: { label: t("steps.undo"), run: steps.undo } });
  };
  return (
    <section className={classes.screen}>
      <header className={classes.head}>
        <h1>{t("translations.title")}</h1>
        {codes.length > 1 && code !== undefined && (
          <Segments label={t("translations.language")} value={code} options={codes.map((value) => ({ value, label: languageName(value, i18n.language) }))} onChange={choose} />
        )}
        <Button icon={<IconPlus size={16} stroke={1.6} />} onClick={() => { setAdding(true); }}>
          {t("translations.add")}
        </Button>
      </header>
      {code === undefined ? (
        <EmptyRow>{t("translations.none")}</EmptyRow>
      ) : (
        <>
          <div className={classes.filters}>
            <SearchField label={t("translations.search")} value={search} onChange={setSearch} />
            <Segments
              label={t("translations.which")}
              value={shown}
              options={[
                { value: "all", label: t("translations.all") },
                { value: "missing", label: t("translations.missing", { count: labels.length - done }) },
              ]}
              onChange={setShown}
            />
            <span className={classes.end}>
              <code>{t("translations.measure", { done, count: labels.length, language: code })}</code>
              <IconButton label={t("translations.remove", { language: languageName(code, i18n.language) })} onClick={removeLanguage}>
                <IconTrash size={16} stroke={1.6} />
              </IconButton>
            </span>
          </div>
          {lines.length ? (
            <TranslationTable key={code} language={code} labels={lines} texts={texts} onTranslate={translate} />
          ) : (
            <EmptyRow>{t(labels.length === done && shown === "missing" ? "translations.complete" : "translations.noMatch")}</EmptyRow>
          )}
        </>
      )}
      <AddLanguage opened={adding} taken={codes} onAdded={choose} onClose={() => { setAdding(false); }} />
    </section>
  );
}
