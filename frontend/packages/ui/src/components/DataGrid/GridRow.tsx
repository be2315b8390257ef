import { Menu } from "@mantine/core";
import type { EntityRecord } from "@torque/protocol";
import type { CSSProperties, KeyboardEvent, MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { IconDots } from "../../icons/tabler";
import { IconButton } from "../IconButton/IconButton";
import classes from "./DataGrid.module.css";
import type { GridColumnSpec, RowAction } from "./DataGrid.types";
import { CellContent, type CellText } from "./GridCell";
import { PhoneCells } from "./PhoneCells";
import { columnAlign } from "./template";

export type GridRowProps = {
  record: EntityRecord;
  columns: readonly GridColumnSpec[];
  index: number;
  cellText: (record: EntityRecord, column: GridColumnSpec) => CellText;
  phone: boolean;
  open: boolean;
  changed: readonly string[] | undefined;
  actions: readonly RowAction[];
  tabbable: boolean;
  style?: CSSProperties;
  onOpen?: (record: EntityRecord) => void;
  onFocusRow: (index: number) => void;
  onMove: (index: number) => void;
};

const MOVES: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** One record. Arrows move between rows, Enter opens; a click that ends a text selection opens nothing. */
export function GridRow(props: GridRowProps) {
  const { record, columns, index, phone, open, changed, actions, tabbable, style, onOpen, onFocusRow, onMove } = props;
  const keys = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const move = MOVES[event.key];
    if (move !== undefined) {
      event.preventDefault();
      onMove(index + move);
    } else if (onOpen && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      onOpen(record);
    }
  };
  const click = (event: MouseEvent<HTMLDivElement>): void => {
    const selecting = (window.getSelection()?.toString() ?? "") !== "";
    const onControl = event.target instanceof Element && event.target.closest("button, a, [role=menu]") !== null;
    if (onOpen && !selecting && !onControl) onOpen(record);
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={open || undefined}
      className={classes.row}
      data-index={index}
      data-id={record.id}
      data-open={open || undefined}
      data-changed={changed ? true : undefined}
      data-interactive={onOpen ? true : undefined}
      tabIndex={tabbable ? 0 : -1}
      style={style}
      onKeyDown={keys}
      onClick={click}
      onFocus={() => onFocusRow(index)}
    >
      {phone ? <PhoneCells {...props} /> : columns.map((column, at) => <GridRowCell key={column.field} {...props} column={column} first={at === 0} />)}
      {actions.length > 0 && !phone && (
        <div role="gridcell" className={classes.cell} data-actions>
          <RowMenu record={record} actions={actions} />
        </div>
      )}
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
      <span className={classes.text}>
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
