import { UnstyledButton } from "@mantine/core";
import { useMemo, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "../../hooks/useNarrow";
import { IconArrowUp } from "../../icons/tabler";
import { ErrorPane } from "../ErrorPane/ErrorPane";
import { FilterBar } from "../FilterBar/FilterBar";
import type { FilterField } from "../FilterBar/FilterBar.types";
import { BulkBar } from "./BulkBar";
import { ColumnsMenu } from "./ColumnsMenu";
import classes from "./DataGrid.module.css";
import type { DataGridProps, GridView } from "./DataGrid.types";
import { useDensity } from "./density";
import { DensityMenu } from "./DensityMenu";
import { GridBody } from "./GridBody";
import { GridHead } from "./GridHead";
import { GridReadout } from "./GridReadout";
import { GridTitle } from "./GridTitle";
import { GridEmpty, GridLoading } from "./GridStates";
import { GroupMenu } from "./GroupMenu";
import { canGroup } from "./groups";
import { MODEL_LAYOUT, resizedColumn, shownColumns } from "./layout";
import { SortMenu } from "./SortMenu";
import { columnTemplate } from "./template";
import { useLostFocus } from "./useLostFocus";
import { useSelection } from "./useSelection";

const NO_ACTIONS: NonNullable<DataGridProps["rowActions"]> = [];
const NO_BULK: NonNullable<DataGridProps["bulkActions"]> = [];

/** The fields a view may ask about; those of columns that allow it are offered. */
function useFilterFields({ columns, askable, findReferences, titleOf }: DataGridProps): FilterField[] {
  return useMemo(
    () =>
      [...columns, ...(askable ?? [])].map(({ field, title, type, options, entity, filterable }, index) => ({
        name: field,
        label: title,
        type,
        options,
        entity,
        find: findReferences,
        titleOf: entity ? (id: string) => titleOf?.(entity, id) : undefined,
        offered: index < columns.length && filterable !== false,
      })),
    [columns, askable, findReferences, titleOf],
  );
}

/** Records as rows: searched, filtered, sorted and paged by the server, closed by a line that states its measure. */
export function DataGrid(props: DataGridProps) {
  const { noun, view, onView, data, status, pageSize = 50, rowActions = NO_ACTIONS, bulkActions = NO_BULK, filtering = true, sorting = true, paging = true, fill = false } = props;
  const { layout = MODEL_LAYOUT, onLayout } = props;
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const [density, setDensity] = useDensity();
  const scroller = useRef<HTMLDivElement>(null);
  const fields = useFilterFields(props);
  const columns = useMemo(() => shownColumns(props.columns, layout), [props.columns, layout]);
  const group = useMemo(() => props.columns.find((column) => column.field === view.group && canGroup(column)), [props.columns, view.group]);
  const selection = useSelection(data?.rows);
  const endsByBar = useLostFocus(scroller, selection.ids, data?.rows);
  const selectable = bulkActions.length > 0;
  const count = selection.ids.length;
  const change = (part: Partial<GridView>): void => onView({ ...view, page: 0, ...part });
  const filtered = props.onClear !== undefined || view.search !== "" || view.filters.length > 0;
  const withActions = rowActions.length > 0;
  const template = useMemo(() => columnTemplate(columns, { check: selectable, actions: withActions }, layout), [columns, selectable, withActions, layout]);
  const empty = data !== null && data.rows.length === 0 && status.name !== "error";
  const check = selectable ? { all: count > 0 && count === data?.rows.length, some: count > 0, toggle: count > 0 ? selection.clear : selection.selectAll } : null;
  const clearByBar = (): void => {
    endsByBar();
    selection.clear();
  };
  const done = (ids: readonly string[], byBar: boolean): void => {
    if (byBar && ids.length === count) endsByBar();
    selection.drop(ids);
  };
  const keys = (event: KeyboardEvent<HTMLElement>): void => {
    // What opened over the grid has the key first, and is no part of it.
    if (event.key === "Escape" && count > 0 && event.currentTarget.contains(event.target as Node)) selection.clear();
  };
  return (
    <section className={classes.grid} data-fill={fill || undefined} data-choosing={count > 0 || undefined} data-density={phone ? undefined : density} aria-label={props.title ?? noun} onKeyDown={keys}>
      {props.title && <GridTitle title={props.title} total={data?.total ?? null} estimate={data?.totalIsEstimate ?? false} />}
      {filtering && (
        <FilterBar
          searchLabel={t("searchIn", { noun })}
          search={view.search}
          onSearch={(search) => change({ search })}
          fields={fields}
          filters={view.filters}
          onFilters={(filters) => change({ filters })}
          narrows={props.narrows}
          before={phone && sorting && <SortMenu columns={columns} sort={view.sort} onSort={(sort) => change({ sort })} />}
        >
          {onLayout && !phone && (
            <>
              {sorting && <GroupMenu columns={columns} group={view.group ?? null} onGroup={(group) => change({ group: group ?? undefined })} />}
              <ColumnsMenu columns={props.columns} layout={layout} onLayout={onLayout} />
              <DensityMenu density={density} onDensity={setDensity} />
            </>
          )}
          {props.tools}
        </FilterBar>
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
          <div role="grid" className={classes.table} style={template} aria-rowcount={data ? data.total + 1 : -1} aria-label={props.title ?? noun} aria-busy={status.name === "loading" || undefined} aria-multiselectable={selectable || undefined} data-phone={phone || undefined}>
            <div role="rowgroup" className={classes.headGroup}>
              <GridHead
                columns={columns}
                sort={view.sort}
                sorting={sorting}
                onSort={(sort) => change({ sort })}
                withActions={withActions}
                check={check}
                onWidth={onLayout && ((field, width) => onLayout(resizedColumn(layout, field, width)))}
              />
            </div>
            {data && !empty && (
              <GridBody
                rows={data.rows}
                actions={rowActions}
                selection={selectable ? selection : null}
                scroller={scroller}
                columns={columns}
                titleOf={props.titleOf}
                onOpen={props.onOpen}
                openId={props.openId}
                changed={props.changed}
                density={density}
                group={group}
                groups={props.groups}
              />
            )}
            {!data && status.name === "loading" && <GridLoading columns={columns} check={selectable} />}
          </div>
          {empty && <GridEmpty noun={noun} emptyActions={props.emptyActions} filtered={filtered} onClear={props.onClear ?? (() => change({ search: "", filters: [] }))} />}
        </div>
      </div>
      {selectable && <BulkBar ids={selection.ids} actions={bulkActions} onClear={clearByBar} onDone={done} />}
      {data && <GridReadout noun={noun} live={props.live} columns={columns} sums={phone ? undefined : props.sums} data={data} page={view.page} pageSize={pageSize} paging={paging} onMore={props.onMore} onPage={(page) => onView({ ...view, page })} />}
    </section>
  );
}
