import { Checkbox, Popover } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFocusScope } from "../../focus/useFocusScope";
import { IconArrowDown, IconArrowUp, IconColumns3, IconMinus, IconPlus } from "../../icons/tabler";
import { Button } from "../Button/Button";
import { IconButton } from "../IconButton/IconButton";
import classes from "./ColumnsMenu.module.css";
import type { GridColumnSpec, GridLayout } from "./DataGrid.types";
import { MODEL_LAYOUT, movedColumn, orderColumns, resizedColumn, shownColumns, toggledColumn } from "./layout";
import { leastOf } from "./template";

type ColumnsMenuProps = { columns: readonly GridColumnSpec[]; layout: GridLayout; onLayout: (layout: GridLayout) => void };

/** Pixels by which a press makes a column wider or narrower. */
const STEP = 20;

/** Which columns there are, in which order and how wide; nothing here needs a mouse. */
export function ColumnsMenu({ columns, layout, onLayout }: ColumnsMenuProps) {
  const { t } = useTranslation("ui");
  const [opened, setOpened] = useState(false);
  const scope = useFocusScope(opened);
  const ordered = orderColumns(columns, layout);
  const shown = shownColumns(columns, layout);
  const own = layout.order.length > 0 || layout.hidden.length > 0 || Object.keys(layout.widths).length > 0;
  return (
    <Popover opened={opened} onChange={setOpened} transitionProps={{ duration: 0 }} position="bottom-end">
      <Popover.Target>
        <Button compact kind="subtle" icon={<IconColumns3 aria-hidden />} onClick={() => setOpened(!opened)}>
          {t("columns.label")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown {...scope} aria-label={t("columns.label")} aria-labelledby={undefined}>
        <ul className={classes.list}>
          {ordered.map((column, index) => {
            const { field, title } = column;
            const visible = shown.includes(column);
            const width = layout.widths[field] ?? leastOf(column, index);
            return (
              <li key={field} className={classes.column}>
                <Checkbox className={classes.name} label={title} checked={visible} disabled={visible && shown.length === 1} onChange={() => onLayout(toggledColumn(layout, field))} />
                <IconButton label={t("columns.narrower", { title })} onClick={() => onLayout(resizedColumn(layout, field, width - STEP))}>
                  <IconMinus aria-hidden />
                </IconButton>
                <IconButton label={t("columns.wider", { title })} onClick={() => onLayout(resizedColumn(layout, field, width + STEP))}>
                  <IconPlus aria-hidden />
                </IconButton>
                <IconButton label={t("columns.before", { title })} disabled={index === 0} onClick={() => onLayout(movedColumn(columns, layout, field, -1))}>
                  <IconArrowUp aria-hidden />
                </IconButton>
                <IconButton label={t("columns.after", { title })} disabled={index === ordered.length - 1} onClick={() => onLayout(movedColumn(columns, layout, field, 1))}>
                  <IconArrowDown aria-hidden />
                </IconButton>
              </li>
            );
          })}
        </ul>
        {own && (
          <Button compact kind="subtle" className={classes.reset} onClick={() => onLayout(MODEL_LAYOUT)}>
            {t("columns.reset")}
          </Button>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
