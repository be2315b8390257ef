import { UnstyledButton } from "@mantine/core";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "../../hooks/useNarrow";
import { IconArrowUp } from "../../icons/tabler";
import { ErrorPane } from "../ErrorPane/ErrorPane";
import { FilterBar } from "../FilterBar/FilterBar";
import type { FilterField } from "../FilterBar/FilterBar.types";
import classes from "./DataGrid.module.css";
import type { DataGridProps, GridView } from "./DataGrid.types";
import { GridBody } from "./GridBody";
import { GridHead } from "./GridHead";
import { GridReadout } from "./GridReadout";
import { GridEmpty, GridLoading } from "./GridStates";
import { columnTemplate } from "./template";

const NO_ACTIONS: NonNullable<DataGridProps["rowActions"]> = [];

/** The fields a reader may ask about, from the columns that allow it. */
function useFilterFields({ columns, findReferences, titleOf }: DataGridProps): FilterField[] {
  return useMemo(
    () =>
      columns
        .filter(({ filterable }) => filterable !== false)
        .map(({ field, title, type, options, entity }) => ({
          name: field,
          label: title,
          type,
          options,
          entity,
          find: findReferences,
          titleOf: entity ? (id: string) => titleOf?.(entity, id) : undefined,
        })),
    [columns, findReferences, titleOf],
  );
}

/** Records as rows: searched, filtered, sorted and paged by the server, closed by a line that states its measure. */
export function DataGrid(props: DataGridProps) {
  const { noun, columns, view, onView, data, status, pageSize = 50, rowActions = NO_ACTIONS, filtering = true, sorting = true, paging = true, fill = false } = props;
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const scroller = useRef<HTMLDivElement>(null);
  const fields = useFilterFields(props);
  const change = (part: Partial<GridView>): void => onView({ ...view, page: 0, ...part });
  const filtered = view.search !== "" || view.filters.length > 0;
  const withActions = rowActions.length > 0;
  const template = useMemo(() => columnTemplate(columns, withActions), [columns, withActions]);
  const empty = data !== null && data.rows.length === 0 && status.name !== "error";
  return (
    <section className={classes.grid} data-fill={fill || undefined} aria-label={props.title ?? noun}>
      {props.title && <h2 className={classes.title}>{props.title}</h2>}
      {filtering && (
        <FilterBar
          searchLabel={t("searchIn", { noun })}
          search={view.search}
          onSearch={(search) => change({ search })}
          fields={fields}
          filters={view.filters}
          onFilters={(filters) => change({ filters })}
        />
      )}
      {status.name === "error" && <ErrorPane message={status.message} code={status.code} onRetry={props.onRetry} />}
      <div className={classes.frame} data-refreshing={status.name === "refreshing" || undefined}>
        {(props.waiting ?? 0) > 0 && (
          <UnstyledButton className={classes.waiting} onClick={props.onShowWaiting}>
            <IconArrowUp aria-hidden />
            {t("grid.waiting", { count: props.waiting, noun })}
          </UnstyledButton>
        )}
        <div ref={scroller} className={classes.scroller} tabIndex={empty ? 0 : undefined}>
          <div role="grid" className={classes.table} style={template} aria-rowcount={data ? data.total + 1 : -1} aria-label={props.title ?? noun} aria-busy={status.name === "loading" || undefined} data-phone={phone || undefined}>
            <div role="rowgroup" className={classes.headGroup}>
              <GridHead columns={columns} sort={view.sort} sorting={sorting} onSort={(sort) => change({ sort })} withActions={withActions} actionsLabel={t("grid.rowActions")} />
            </div>
            {data && !empty && (
              <GridBody rows={data.rows} actions={rowActions} scroller={scroller} columns={columns} titleOf={props.titleOf} onOpen={props.onOpen} openId={props.openId} changed={props.changed} />
            )}
            {!data && status.name === "loading" && <GridLoading columns={columns} />}
          </div>
          {empty && <GridEmpty noun={noun} emptyActions={props.emptyActions} filtered={filtered} onClear={() => change({ search: "", filters: [] })} />}
        </div>
      </div>
      {data && <GridReadout noun={noun} live={props.live} data={data} page={view.page} pageSize={pageSize} paging={paging} onPage={(page) => onView({ ...view, page })} />}
    </section>
  );
}
