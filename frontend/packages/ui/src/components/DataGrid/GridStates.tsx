import { Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDelayed } from "../../hooks/useDelayed";
import { Button } from "../Button/Button";
import { EmptyState } from "../EmptyState/EmptyState";
import classes from "./DataGrid.module.css";
import type { DataGridProps } from "./DataGrid.types";

const SKELETON_ROWS = 8;

/** Nothing for a moment, then rows of the true height that are still empty. */
export function GridLoading({ columns, check }: Pick<DataGridProps, "columns"> & { check: boolean }) {
  const late = useDelayed(true);
  const { t } = useTranslation("ui");
  return (
    <div role="rowgroup" className={classes.body} aria-label={t("loading")}>
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <div key={row} role="row" className={classes.row} data-skeleton data-late={late || undefined}>
          {check && <div role="gridcell" className={classes.cell} data-check />}
          {columns.map(({ field }) => (
            <div key={field} role="gridcell" className={classes.cell}>
              {late && <Skeleton className={classes.skeleton} animate={false} />}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

type GridEmptyProps = Pick<DataGridProps, "noun" | "emptyActions"> & { filtered: boolean; onClear: () => void };

/** What belongs here, or that nothing matches. */
export function GridEmpty({ noun, emptyActions, filtered, onClear }: GridEmptyProps) {
  const { t } = useTranslation("ui");
  if (filtered)
    return (
      <EmptyState title={t("grid.noMatch", { noun })}>
        <Button onClick={onClear}>{t("grid.clear")}</Button>
      </EmptyState>
    );
  return <EmptyState title={t("grid.empty", { noun })}>{emptyActions}</EmptyState>;
}
