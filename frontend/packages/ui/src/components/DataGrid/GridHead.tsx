import { UnstyledButton } from "@mantine/core";
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
  actionsLabel: string;
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

export function GridHead({ columns, sort, sorting, onSort, withActions, actionsLabel }: GridHeadProps) {
  return (
    <div role="row" className={classes.head} aria-rowindex={1}>
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
          </div>
        );
      })}
      {withActions && (
        <div role="columnheader" className={classes.headCell}>
          <span className="tq-visually-hidden">{actionsLabel}</span>
        </div>
      )}
    </div>
  );
}
