import { Popover } from "@mantine/core";
import { useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useFocusScope } from "../../focus/useFocusScope";
import { formatNumber } from "../../format/value";
import { usePhone } from "../../hooks/useNarrow";
import { useLocale } from "../../i18n/I18nProvider";
import { IconX } from "../../icons/tabler";
import { Button } from "../Button/Button";
import { FilterValue } from "../FilterBar/FilterValue";
import type { BulkAction } from "./DataGrid.types";
import classes from "./BulkBar.module.css";

type BulkBarProps = {
  ids: readonly string[];
  actions: readonly BulkAction[];
  onClear: () => void;
  /** These are done with; `byBar` while the bar has the focus. */
  onDone: (ids: readonly string[], byBar: boolean) => void;
};

/** What can be done to the chosen rows: floats over the end of the grid while there are any. */
export function BulkBar({ ids, actions, onClear, onDone }: BulkBarProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const phone = usePhone();
  const bar = useRef<HTMLDivElement>(null);
  const count = ids.length;
  return (
    <>
      <div role="status" className="tq-visually-hidden">
        {count > 0 && t("bulk.selected", { count, number: formatNumber(count, locale) })}
      </div>
      {count > 0 && (
        <div ref={bar} role="toolbar" aria-label={t("bulk.label")} className={classes.bar}>
          <span className={classes.count}>{t("bulk.selected", { count, number: formatNumber(count, locale) })}</span>
          <span className={classes.divider} aria-hidden />
          {actions.map((action) =>
            "field" in action ? (
              <BulkField key={action.id} action={action} ids={ids} bar={bar} onDone={onDone} />
            ) : (
              <BulkButton key={action.id} action={action} ids={ids} bar={bar} onDone={onDone} onClear={onClear} />
            ),
          )}
          <span className={classes.divider} aria-hidden />
          <Button compact kind="subtle" icon={<IconX aria-hidden />} shortcut={phone ? undefined : "Esc"} onClick={onClear}>
            {t("bulk.clear")}
          </Button>
        </div>
      )}
    </>
  );
}

type BulkPartProps<A> = { action: A; bar: RefObject<HTMLDivElement | null> } & Pick<BulkBarProps, "ids" | "onDone">;

/** Waits for what is tried; those it was not refused for are done with. */
function useAttempt({ ids, bar, onDone }: Omit<BulkPartProps<BulkAction>, "action">): { busy: boolean; attempt: (task: Promise<readonly string[]>) => Promise<void> } {
  const [busy, setBusy] = useState(false);
  const attempt = async (task: Promise<readonly string[]>): Promise<void> => {
    setBusy(true);
    const refused = await task;
    setBusy(false);
    const byBar = bar.current?.contains(document.activeElement) ?? false;
    onDone(ids.filter((id) => !refused.includes(id)), byBar);
  };
  return { busy, attempt };
}

function BulkButton({ action, onClear, ...part }: BulkPartProps<Exclude<BulkAction, { field: unknown }>> & Pick<BulkBarProps, "onClear">) {
  const { busy, attempt } = useAttempt(part);
  const press = (): void => {
    if ("attempt" in action) return void attempt(action.attempt(part.ids));
    action.run(part.ids);
    return onClear();
  };
  return (
    <Button compact kind="subtle" icon={action.icon} busy={busy} className={action.danger ? classes.danger : undefined} onClick={press}>
      {action.label}
    </Button>
  );
}

/** One field of all of them: its button asks for the value. */
function BulkField({ action, ...part }: BulkPartProps<Extract<BulkAction, { field: unknown }>>) {
  const [opened, setOpened] = useState(false);
  const { busy, attempt } = useAttempt(part);
  const scope = useFocusScope(opened);
  return (
    <Popover opened={opened} onChange={setOpened} transitionProps={{ duration: 0 }} position="top">
      <Popover.Target>
        <Button compact kind="subtle" icon={action.icon} busy={busy} onClick={() => setOpened(!opened)}>
          {action.label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown {...scope}>
        <FilterValue
          field={action.field}
          value=""
          onChange={(value) => void attempt(action.apply(part.ids, value))}
          onDone={() => setOpened(false)}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
