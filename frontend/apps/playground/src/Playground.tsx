import type { EditorView } from "@codemirror/view";
import { Menu } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { Button, ErrorPane, IconButton, icons, LanguageItems, Mark, SchemeItems } from "@torque/ui";
import { parse, print } from "graphql";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { CodePane } from "./CodePane";
import classes from "./playground.module.css";
import { SchemaPane } from "./SchemaPane";
import { useRun } from "./useRun";
import { useSchema } from "./useSchema";

const FIRST = "query Models {\n  models {\n    id\n    name\n    revision\n    applications {\n      name\n      url\n    }\n  }\n}\n";

/** What an address such as `?query={ me { name } }` begins with. */
const asked = (name: string): string | null => new URLSearchParams(window.location.search).get(name);

/** Operations of the GraphQL endpoint, written with completion and run with the rights of who is signed in. */
export function Playground({ url }: { url: string }) {
  const { t } = useTranslation("playground");
  const [kept, setKept] = useLocalStorage({ key: "torque-playground", defaultValue: { query: FIRST, variables: "" }, getInitialValueInEffect: false });
  const [first] = useState({ query: asked("query") ?? kept.query, variables: asked("variables") ?? kept.variables });
  const [query, setQuery] = useState(first.query);
  const typed = useRef(first);
  const editor = useRef<EditorView>(null);
  const { schema, failure, retry } = useSchema(url);
  const { outcome, busy, start, stop } = useRun(url);

  const keep = (change: Partial<typeof first>): void => {
    typed.current = { ...typed.current, ...change };
    setKept(typed.current);
  };
  const run = (): void => {
    start(typed.current.query, typed.current.variables, editor.current?.state.selection.main.head ?? 0);
  };
  const format = (): void => {
    try {
      setQuery(`${print(parse(typed.current.query))}\n`);
    } catch {
      editor.current?.focus();
    }
  };

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <a href="/editor/" className={classes.brand}>
          <Mark className={classes.mark} />
          <span>{t("editor")}</span>
        </a>
        <span className={classes.slash} aria-hidden="true">
          /
        </span>
        <h1 className={classes.title}>{t("title")}</h1>
        <div className={classes.actions}>
          <IconButton label={t("format")} onClick={format}>
            <icons.IconCode aria-hidden />
          </IconButton>
          <Menu position="bottom-end">
            <Menu.Target>
              <IconButton label={t("view")}>
                <icons.IconAdjustmentsHorizontal aria-hidden />
              </IconButton>
            </Menu.Target>
            <Menu.Dropdown>
              <LanguageItems />
              <SchemeItems />
            </Menu.Dropdown>
          </Menu>
          {busy ? (
            <Button compact onClick={stop}>
              {t("stop")}
            </Button>
          ) : (
            <Button kind="primary" compact icon={<icons.IconPlayerPlay aria-hidden />} onClick={run}>
              {t("run")}
            </Button>
          )}
        </div>
      </header>
      {failure && <ErrorPane message={failure} onRetry={retry} />}
      <main className={classes.body}>
        <SchemaPane schema={schema} loading={failure === ""} />
        <div className={classes.column}>
          <CodePane language="graphql" label={t("operation")} text={query} schema={schema} onRun={run} view={editor} className={classes.operation} onChange={(text) => keep({ query: text })} />
          <CodePane language="variables" label={t("variables")} text={first.variables} onRun={run} className={classes.variables} onChange={(text) => keep({ variables: text })} />
        </div>
        <div className={classes.column}>
          <CodePane language="result" label={t("result")} text={outcome.text} onRun={run} className={classes.operation} />
          <p className={classes.status} role="status" data-failed={outcome.failed || undefined}>
            {busy && outcome.status === "" ? t("waiting") : outcome.status || t("idle")}
          </p>
        </div>
      </main>
    </div>
  );
}
