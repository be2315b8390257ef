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
              <Button
                key={action.id}
                compact
                kind="subtle"
                icon={action.icon}
                className={action.danger ? classes.danger : undefined}
                onClick={() => {
                  action.run(ids);
                  onClear();
                }}
              >
                {action.label}
              </Button>
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

/** One field of all of them: its button asks for the value. */
function BulkField({ action, ids, bar, onDone }: { action: Extract<BulkAction, { field: unknown }>; bar: RefObject<HTMLDivElement | null> } & Pick<BulkBarProps, "ids" | "onDone">) {
  const [opened, setOpened] = useState(false);
  const [busy, setBusy] = useState(false);
  const apply = async (value: string): Promise<void> => {
    setBusy(true);
    const refused = await action.apply(ids, value);
    setBusy(false);
    const byBar = bar.current?.contains(document.activeElement) ?? false;
    onDone(ids.filter((id) => !refused.includes(id)), byBar);
  };
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
          onChange={(value) => void apply(value)}
          onDone={() => setOpened(false)}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
