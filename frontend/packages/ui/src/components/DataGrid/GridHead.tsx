import { Checkbox, UnstyledButton } from "@mantine/core";
import { useRef, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { IconArrowDown, IconArrowUp } from "../../icons/tabler";
import classes from "./DataGrid.module.css";
import type { GridColumnSpec, GridSort } from "./DataGrid.types";
import { columnAlign } from "./template";

export type GridHeadProps = {
  columns: readonly GridColumnSpec[];
  sort: GridSort | null;
  sorting: boolean;
  onSort: (sort: GridSort | null) => void;
  withActions: boolean;
  /** Chooses all rows of the page; without it rows cannot be chosen. */
  check: { all: boolean; some: boolean; toggle: () => void } | null;
  /** The reader drew a column to this width, in pixels; without it columns keep theirs. */
  onWidth?: (field: string, width: number) => void;
};

/** One after the other: ascending, descending, the grid's own order again. */
function nextSort(field: string, sort: GridSort | null): GridSort | null {
  if (sort?.field !== field) return { field, order: "asc" };
  return sort.order === "asc" ? { field, order: "desc" } : null;
}

function ariaSort(field: string, sort: GridSort | null): "ascending" | "descending" | undefined {
  if (sort?.field !== field) return undefined;
  return sort.order === "asc" ? "ascending" : "descending";
}

export function GridHead({ columns, sort, sorting, onSort, withActions, check, onWidth }: GridHeadProps) {
  const { t } = useTranslation("ui");
  return (
    <div role="row" className={classes.head} aria-rowindex={1}>
      {check && (
        <div role="columnheader" className={classes.headCell} data-check>
          <Checkbox aria-label={t("grid.selectAll")} checked={check.all} indeterminate={check.some && !check.all} onChange={check.toggle} />
        </div>
      )}
      {columns.map((column, index) => {
        const sorted = ariaSort(column.field, sort);
        const Arrow = sorted === "ascending" ? IconArrowUp : IconArrowDown;
        const label = <span className={classes.headText}>{column.title}</span>;
        return (
          <div key={column.field} role="columnheader" aria-sort={sorted} className={classes.headCell} data-align={columnAlign(column, index === 0)} data-sorted={sorted}>
            {sorting && column.sortable !== false ? (
              <UnstyledButton className={classes.headButton} onClick={() => onSort(nextSort(column.field, sort))}>
                {label}
                {sorted && <Arrow className={classes.arrow} aria-hidden />}
              </UnstyledButton>
            ) : (
              label
            )}
            {onWidth && <WidthHandle onWidth={(width) => onWidth(column.field, width)} />}
          </div>
        );
      })}
      {withActions && (
        <div role="columnheader" className={classes.headCell}>
          <span className="tq-visually-hidden">{t("grid.rowActions")}</span>
        </div>
      )}
    </div>
  );
}

/** The edge of a column, to be drawn; with keys the same is done in the menu of the columns. */
function WidthHandle({ onWidth }: { onWidth: (width: number) => void }) {
  const from = useRef<{ x: number; width: number; sign: number } | null>(null);
  const begin = (event: PointerEvent<HTMLSpanElement>): void => {
    const cell = event.currentTarget.parentElement;
    if (!cell || event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, width: cell.getBoundingClientRect().width, sign: getComputedStyle(cell).direction === "rtl" ? -1 : 1 };
  };
  const draw = ({ clientX }: PointerEvent): void => {
    if (from.current) onWidth(from.current.width + (clientX - from.current.x) * from.current.sign);
  };
  const end = (): void => {
    from.current = null;
  };
  return <span className={classes.widthHandle} aria-hidden onPointerDown={begin} onPointerMove={draw} onPointerUp={end} onPointerCancel={end} />;
}
