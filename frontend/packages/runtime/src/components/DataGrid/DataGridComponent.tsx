import { codeOf } from "@torque/client";
import type { DataGridProps, EntityRecord, Included } from "@torque/protocol";
import { asksSomething, Button, canGroup, DataGrid, icons, lastReachable, type GridColumnSpec, type GridData, type GridStatus, type GridView, type RowAction } from "@torque/ui";
import { use, useCallback, useEffect, useEffectEvent, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../../context";
import { errorText } from "../../data/mutations";
import { useCount, useFormDefinition, useRecords, type TimedPage } from "../../data/queries";
import { useReferences } from "../../data/useReferences";
import { ExchangeMenu } from "../../exchange/ExchangeMenu";
import { useRecordEvents } from "../../live/useRecordEvents";
import { displayNameOf, plural, singular } from "../../noun";
import { useDelete, useHidden } from "../../record/useDelete";
import type { ComponentProps } from "../types";
import { readView, writeView } from "./address";
import { GridConditionsContext } from "./conditions";
import { useBulkActions } from "./useBulkActions";
import { useColumnLayout } from "./useColumnLayout";
import { askedFields, bothFilters, columnSpecs, combineFilters, countQuery, DEFAULT_PAGE_SIZE, gridQuery, groupedQuery, ownSort, titledQuery } from "./query";
import { useFigures } from "./useFigures";

/** Values behind a reference ("customer_id.email"), put into the row under their path. */
function withPaths(rows: EntityRecord[], columns: readonly GridColumnSpec[], included: Included | null | undefined): EntityRecord[] {
  const paths = columns.map(({ field }) => field).filter((field) => field.includes("."));
  if (paths.length === 0 || !included) return rows;
  const byId = new Map(Object.values(included).flatMap((records) => Object.entries(records)));
  return rows.map((row) => {
    const values = paths.map((path) => {
      const [link = "", field = ""] = path.split(".");
      return [path, byId.get(String(row[link]))?.[field]];
    });
    return { ...row, ...(Object.fromEntries(values) as Partial<EntityRecord>) };
  });
}

/** What is drawn: the answer without what is on its way out and what somebody else just added. */
function useGridData(answer: TimedPage | undefined, columns: readonly GridColumnSpec[], all: number | null, added: ReadonlySet<string>): { data: GridData | null; waiting: number } {
  const hidden = useHidden();
  return useMemo(() => {
    if (!answer) return { data: null, waiting: 0 };
    const held = answer.data.filter(({ id }) => added.has(id)).length;
    const waiting = held < answer.data.length ? held : 0;
    const rows = answer.data.filter(({ id }) => !hidden.has(id) && (waiting === 0 || !added.has(id)));
    const gone = answer.data.length - rows.length;
    const { total, totalIsEstimate, nextCursor } = answer.pagination;
    const data = { rows: withPaths(rows, columns, answer.included), total: total - gone, totalIsEstimate, more: typeof nextCursor === "string", all: all === null ? null : all - gone, durationMs: answer.durationMs };
    return { data, waiting };
  }, [answer, columns, all, added, hidden]);
}

function useRowActions(props: DataGridProps, open: (record: EntityRecord) => void): RowAction[] {
  const { t } = useTranslation("runtime");
  const { metadata } = useRuntime();
  const remove = useDelete();
  const permissions = metadata.entities.find(({ name }) => name === props.entityType)?.permissions;
  return useMemo(() => {
    const wanted = props.rowActions ?? ["edit", "delete"];
    const actions: RowAction[] = [];
    if (wanted.includes("edit") && permissions?.update !== false) actions.push({ id: "edit", label: t("record.edit"), icon: <icons.IconPencil aria-hidden />, run: open });
    if (wanted.includes("delete") && permissions?.delete !== false)
      actions.push({ id: "delete", label: t("record.delete"), icon: <icons.IconTrash aria-hidden />, danger: true, run: ({ id }) => remove(props.entityType, [id]) });
    return actions;
  }, [props.rowActions, props.entityType, permissions, t, open, remove]);
}

function useStatus(query: ReturnType<typeof useRecords>): GridStatus {
  const { t } = useTranslation("runtime");
  if (query.isError) return { name: "error", message: errorText(query.error, t("error.offline"), t("error.unknown")), code: codeOf(query.error) };
  if (query.isPending) return { name: "loading" };
  return query.isPlaceholderData ? { name: "refreshing" } : { name: "ready" };
}

/** The reader's view in the address, and what changing it means. */
function useView(props: DataGridProps, prefix: string): { view: GridView; shown: GridView; change: (view: GridView) => void } {
  const { address } = useRuntime();
  const { params } = address;
  const furthest = lastReachable(props.pageSize ?? DEFAULT_PAGE_SIZE);
  const view = useMemo(() => {
    const read = readView(params, prefix);
    // Without a bar nobody could see what narrows the list, nor take it away.
    const asked = props.filtering === false ? { search: "", filters: [] } : {};
    return { ...read, ...asked, page: Math.min(read.page, furthest) };
  }, [params, prefix, furthest, props.filtering]);
  const own = ownSort(props.sort);
  const shown = useMemo(() => ({ ...view, sort: view.sort ?? own }), [view, own]);
  const change = (next: GridView): void => {
    const backToOwn = next.sort === null && view.sort === null && own !== null;
    const sort = backToOwn ? { field: own.field, order: own.order === "asc" ? ("desc" as const) : ("asc" as const) } : next.sort === shown.sort ? view.sort : next.sort;
    address.set(writeView({ ...next, sort }, prefix), { replace: next.search !== view.search });
  };
  return { view, shown, change };
}

/** A page beyond the end, of an old address or after its last record went, gives way to the last one there is. */
function useLastPage({ data, isPlaceholderData }: ReturnType<typeof useRecords>, page: number, show: (page: number) => void): void {
  const known = data && !isPlaceholderData && (!data.pagination.totalIsEstimate || data.data.length === 0);
  const last = known ? Math.max(0, data.pagination.totalPages - 1) : page;
  const turn = useEffectEvent(show);
  useEffect(() => {
    if (page > last) turn(last);
  }, [page, last]);
}

/** Records of an entity in a page: asked of the server, kept up to date, opened in the drawer. */
export function DataGridComponent({ component, alone }: ComponentProps) {
  const props = component.props as unknown as DataGridProps;
  const { address, metadata, titles } = useRuntime();
  const { t, i18n } = useTranslation("runtime");
  const setAddress = address.set;
  const form = useFormDefinition({ formId: props.formId, entityType: props.entityType });
  const columns = useMemo(() => columnSpecs(props.columns ?? [], form.data), [props.columns, form.data]);
  const prefix = alone ? "" : `${component.id}.`;
  const { view, shown, change } = useView(props, prefix);
  const conditions = use(GridConditionsContext);
  const askable = useMemo(() => askedFields(view, columns, form.data), [view, columns, form.data]);
  const query = gridQuery({ ...props, filters: bothFilters(props.filters, conditions?.filters) }, columns, view, askable);
  const group = columns.find((column) => column.field === view.group && canGroup(column));
  const sortField = (entity: string): string | null => titles.sortField(entity);
  const ordered = titledQuery(query, columns, sortField);
  // What the address asks of a field without a column has to wait for the form: nothing is shown that it would take away.
  const known = !form.isLoading || view.filters.every(({ field }) => columns.some((column) => column.field === field));
  const records = useRecords(group ? groupedQuery(query, group, group.entity ? sortField(group.entity) : null) : ordered, known);
  const figures = useFigures(query, columns, group, records.data, records.isPlaceholderData);
  useLastPage(records, view.page, (page) => setAddress(writeView({ ...view, page }, prefix), { replace: true }));
  const asked = conditions !== null || view.search !== "" || view.filters.some(asksSomething);
  const all = useCount(countQuery(props), asked);
  const { changed, added, showAdded } = useRecordEvents(props.entityType);
  const { data, waiting } = useGridData(records.data, columns, asked ? all : null, added);
  const references = useReferences();
  const displayName = displayNameOf(metadata, props.entityType);
  const formId = props.formId ?? form.data?.id ?? null;
  const open = useCallback(({ id }: EntityRecord) => setAddress({ form: formId, record: id, new: null }), [setAddress, formId]);
  const actions = useRowActions(props, open);
  const bulkActions = useBulkActions(props, columns, form.data, references);
  const { layout, change: arrange } = useColumnLayout(metadata.appId, component.id);
  const lastChanged = [...changed.keys()].at(-1);
  const mayCreate = metadata.entities.find(({ name }) => name === props.entityType)?.permissions.create !== false;
  const menu = (
    <ExchangeMenu
      entityType={props.entityType}
      inHeader={alone}
      parameter={alone ? "file" : `${component.id}.file`}
      query={ordered}
      everything={countQuery(props)}
      pagination={records.data?.pagination ?? null}
      all={asked ? all : null}
      columns={columns}
      layout={layout}
    />
  );
  return (
    <>
      <DataGrid
        noun={plural(displayName, i18n.language)}
        title={alone ? undefined : (props.title ?? undefined)}
        columns={columns}
        askable={askable}
        narrows={(filter) => Object.keys(combineFilters(null, [filter], [...columns, ...askable])).length > 0}
        view={shown}
        onView={change}
        data={data}
        sums={figures.sums}
        groups={figures.groups}
        status={useStatus(records)}
        pageSize={props.pageSize ?? DEFAULT_PAGE_SIZE}
        titleOf={references.titleOf}
        findReferences={references.find}
        onRetry={() => void records.refetch()}
        onClear={conditions?.clear}
        onOpen={formId ? open : undefined}
        openId={address.params.get("record")}
        rowActions={actions}
        bulkActions={bulkActions}
        layout={layout}
        onLayout={arrange}
        changed={changed}
        live={lastChanged && t("live.changed", { title: references.titleOf(props.entityType, lastChanged) ?? "" })}
        waiting={waiting}
        onShowWaiting={showAdded}
        filtering={props.filtering !== false}
        sorting={props.sorting !== false}
        paging={props.pagination !== false}
        fill={alone}
        tools={alone ? undefined : menu}
        emptyActions={
          formId && mayCreate ? (
            <Button icon={<icons.IconPlus aria-hidden />} onClick={() => address.set({ form: formId, new: "1", record: null })}>
              {t("record.new", { noun: singular(displayName, i18n.language) })}
            </Button>
          ) : undefined
        }
      />
      {alone && menu}
    </>
  );
}
