import { Popover } from "@mantine/core";
import { useState } from "react";
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

type BulkBarProps = { ids: readonly string[]; actions: readonly BulkAction[]; onClear: () => void };

/** What can be done to the chosen rows: floats over the end of the grid while there are any. */
export function BulkBar({ ids, actions, onClear }: BulkBarProps) {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  const phone = usePhone();
  const count = ids.length;
  return (
    <>
      <div role="status" className="tq-visually-hidden">
        {count > 0 && t("bulk.selected", { count, number: formatNumber(count, locale) })}
      </div>
      {count > 0 && (
        <div role="toolbar" aria-label={t("bulk.label")} className={classes.bar}>
          <span className={classes.count}>{t("bulk.selected", { count, number: formatNumber(count, locale) })}</span>
          <span className={classes.divider} aria-hidden />
          {actions.map((action) =>
            "field" in action ? (
              <BulkField key={action.id} action={action} ids={ids} onDone={onClear} />
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
function BulkField({ action, ids, onDone }: { action: Extract<BulkAction, { field: unknown }>; ids: readonly string[]; onDone: () => void }) {
  const [opened, setOpened] = useState(false);
  const scope = useFocusScope(opened);
  return (
    <Popover opened={opened} onChange={setOpened} transitionProps={{ duration: 0 }} position="top">
      <Popover.Target>
        <Button compact kind="subtle" icon={action.icon} onClick={() => setOpened(!opened)}>
          {action.label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown {...scope}>
        <FilterValue
          field={action.field}
          value=""
          onChange={(value) => {
            action.apply(ids, value);
            onDone();
          }}
          onDone={() => setOpened(false)}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
