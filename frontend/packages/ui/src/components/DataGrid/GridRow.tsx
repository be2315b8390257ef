import { Checkbox, Menu } from "@mantine/core";
import type { EntityRecord } from "@torque/protocol";
import { memo, type KeyboardEvent, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { IconDots } from "../../icons/tabler";
import { IconButton } from "../IconButton/IconButton";
import classes from "./DataGrid.module.css";
import type { GridColumnSpec, RowAction } from "./DataGrid.types";
import { CellContent } from "./GridCell";
import type { GridRowProps } from "./GridRow.types";
import { PhoneCells } from "./PhoneCells";
import { columnAlign } from "./template";
import { useLongPress } from "./useLongPress";

const MOVES: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

const selectsAll = (event: KeyboardEvent): boolean => event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey);

/**
 * One record. Arrows move between rows, Enter opens, Space chooses; a click that ends a text selection opens nothing. On
 * a phone a row is chosen by resting on it, and then others by touching them.
 */
export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { record, columns, index, phone, open, changed, actions, selection, tabbable, style, onOpen, onFocusRow, onMove } = props;
  const chosen = selection?.selected.has(record.id) ?? false;
  const choosing = phone && (selection?.selected.size ?? 0) > 0;
  const hold = useLongPress(() => selection?.toggle(index));
  const { wasHeld, ...pointer } = hold;
  const keys = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const move = MOVES[event.key];
    if (move !== undefined) {
      event.preventDefault();
      if (event.shiftKey && selection) {
        if (!chosen) selection.toggle(index);
        selection.toggle(index + move, true);
      }
      onMove(index + move, index);
    } else if (selection && event.key === " ") {
      event.preventDefault();
      selection.toggle(index, event.shiftKey);
    } else if (selection && selectsAll(event)) {
      event.preventDefault();
      selection.selectAll();
    } else if (onOpen && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      onOpen(record);
    }
  };
  const click = (event: MouseEvent<HTMLDivElement>): void => {
    if (wasHeld()) return;
    const selecting = (window.getSelection()?.toString() ?? "") !== "";
    const onControl = event.target instanceof Element && event.target.closest("button, a, input, label, [data-check], [role=menu]") !== null;
    if (selecting || onControl) return;
    if (choosing) selection?.toggle(index);
    else onOpen?.(record);
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selection ? chosen : undefined}
      aria-current={open || undefined}
      className={classes.row}
      data-index={index}
      data-id={record.id}
      data-open={open || undefined}
      data-selected={chosen || undefined}
      data-changed={changed ? true : undefined}
      data-interactive={onOpen ? true : undefined}
      tabIndex={tabbable ? 0 : -1}
      style={style}
      onKeyDown={keys}
      onClick={click}
      onFocus={() => onFocusRow(index)}
      {...(phone && selection ? pointer : {})}
    >
      {selection && (!phone || choosing) && <RowCheck {...props} selection={selection} chosen={chosen} />}
      {phone ? <PhoneCells {...props} /> : columns.map((column, at) => <GridRowCell key={column.field} {...props} column={column} first={at === 0} />)}
      {actions.length > 0 && !phone && (
        <div role="gridcell" className={classes.cell} data-actions>
          <RowMenu record={record} actions={actions} />
        </div>
      )}
    </div>
  );
});

/** The box of a row; on a phone it only shows what touching the row chose. */
function RowCheck({ record, columns, index, cellText, phone, tabbable, selection, chosen }: GridRowProps & { selection: NonNullable<GridRowProps["selection"]>; chosen: boolean }) {
  const { t } = useTranslation("ui");
  const [first] = columns;
  const title = first ? cellText(record, first).text : "";
  if (phone)
    return (
      <div role="gridcell" className={classes.cell} data-check>
        <Checkbox.Indicator checked={chosen} aria-hidden />
      </div>
    );
  return (
    <div role="gridcell" className={classes.cell} data-check>
      <Checkbox
        aria-label={t("grid.select", { title })}
        checked={chosen}
        tabIndex={tabbable ? 0 : -1}
        onChange={({ nativeEvent }) => selection.toggle(index, "shiftKey" in nativeEvent && nativeEvent.shiftKey === true)}
      />
    </div>
  );
}

function GridRowCell({ record, column, cellText, changed, first }: GridRowProps & { column: GridColumnSpec; first: boolean }) {
  const { text, exact } = cellText(record, column);
  return (
    <div
      role="gridcell"
      className={classes.cell}
      data-align={columnAlign(column, first)}
      data-first={first || undefined}
      data-kind={column.type === "Reference" ? "reference" : undefined}
      data-changed={changed?.includes(column.field) || undefined}
      data-empty={text === "" || undefined}
      title={exact ?? (text || undefined)}
    >
      <span className={classes.text} dir="auto">
        <CellContent column={column} text={text} value={record[column.field]} />
      </span>
    </div>
  );
}

function RowMenu({ record, actions }: { record: EntityRecord; actions: readonly RowAction[] }) {
  const { t } = useTranslation("ui");
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <IconButton label={t("grid.rowActions")} className={classes.rowMenu}>
          <IconDots aria-hidden />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map(({ id, label, icon, danger, run }) => (
          <Menu.Item key={id} leftSection={icon} className={danger ? classes.danger : undefined} onClick={() => run(record)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
