import { Modal } from "@mantine/core";
import { IconArrowRight, IconSearch } from "../icons";
import { useDeferredValue, useId, useMemo, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Kbd } from "@torque/ui";
import { useOffered, usePalette } from "./CommandProvider";
import { searchCommands, type Match } from "./commands";
import classes from "./palette.module.css";

const MOST = 60;

/** The trap of the dialog moves the focus a moment later; a letter typed until then would be lost. */
function focusAtOnce(input: HTMLInputElement | null): void {
  input?.focus();
}

/** Ctrl K: goes anywhere and runs anything. */
export function Palette() {
  const { opened, close } = usePalette();
  const { t } = useTranslation("editor");
  return (
    <Modal
      opened={opened}
      onClose={close}
      withCloseButton={false}
      centered={false}
      transitionProps={{ duration: 0 }}
      title={<span className="tq-visually-hidden">{t("palette.title")}</span>}
      classNames={{ content: classes.content, header: classes.header, body: classes.body, inner: classes.inner }}
    >
      {opened && <PaletteBody />}
    </Modal>
  );
}

function PaletteBody() {
  const { t } = useTranslation("editor");
  const { close } = usePalette();
  const [search, setSearch] = useState("");
  const [active, setActive] = useState(0);
  const list = useId();
  const sought = useDeferredValue(search);
  const all = useOffered();
  const found = useMemo(() => searchCommands(all, sought).slice(0, MOST), [all, sought]);
  const at = Math.min(active, found.length - 1);

  const run = (match: Match | undefined): void => {
    if (!match) return;
    close();
    match.command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length) {
      event.preventDefault();
      const next = (at + step + found.length) % found.length;
      setActive(next);
      document.getElementById(`${list}-${String(next)}`)?.scrollIntoView({ block: "nearest" });
    }
    if (event.key === "Enter") {
      event.preventDefault();
      run(found[at]);
    }
  };

  return (
    <>
      <div className={classes.search}>
        <IconSearch size={16} stroke={1.6} aria-hidden="true" />
        <input
          ref={focusAtOnce}
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={found.length ? `${list}-${String(at)}` : undefined}
          aria-label={t("palette.search")}
          placeholder={t("palette.search")}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div id={list} role="listbox" aria-label={t("palette.results")} className={classes.list}>
        {found.map((match, index) => (
          <PaletteRow
            key={match.command.id}
            id={`${list}-${String(index)}`}
            match={match}
            search={sought.replace(/^>/, "").trim()}
            heading={match.command.group === found[index - 1]?.command.group ? undefined : t(`palette.${match.command.group}`)}
            active={index === at}
            onHover={() => {
              setActive(index);
            }}
            onRun={() => {
              run(match);
            }}
          />
        ))}
        {!found.length && <p className={classes.nothing}>{t("palette.nothing", { search })}</p>}
      </div>
      <div className={classes.foot}>
        <span className={classes.hints}>
          <Kbd>↑</Kbd>
          <Kbd>↓</Kbd> {t("palette.choose")} <Kbd>↵</Kbd> {t("palette.run")} <Kbd>&gt;</Kbd> {t("palette.only")}
        </span>
        <code role="status">{t("palette.count", { count: found.length })}</code>
      </div>
    </>
  );
}

type RowProps = {
  id: string;
  match: Match;
  search: string;
  heading: string | undefined;
  active: boolean;
  onHover: () => void;
  onRun: () => void;
};

function PaletteRow({ id, match: { command, at }, search, heading, active, onHover, onRun }: RowProps) {
  const Icon = command.icon ?? IconArrowRight;
  const { title } = command;
  return (
    <>
      {heading && (
        <div role="presentation" className={classes.heading}>
          {heading}
        </div>
      )}
      {/* The combobox above holds the focus and the keys. */}
      <div id={id} role="option" aria-selected={active} className={classes.row} onMouseMove={onHover} onClick={onRun}>
        <Icon size={16} stroke={1.6} />
        <span className={classes.title}>
          {at < 0 ? (
            title
          ) : (
            <>
              {title.slice(0, at)}
              <b>{title.slice(at, at + search.length)}</b>
              {title.slice(at + search.length)}
            </>
          )}
        </span>
        {command.name && <code>{command.name}</code>}
        <span className={classes.end}>{command.keys ? command.keys.split(" ").map((key) => <Kbd key={key}>{key}</Kbd>) : command.kind}</span>
      </div>
    </>
  );
}
