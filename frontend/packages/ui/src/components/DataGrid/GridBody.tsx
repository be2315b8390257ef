import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { EntityRecord } from "@torque/protocol";
import { useCallback, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import { usePhone } from "../../hooks/useNarrow";
import classes from "./DataGrid.module.css";
import type { DataGridProps, GridColumnSpec } from "./DataGrid.types";
import { ROW_HEIGHTS, type Density } from "./density";
import { useCellText } from "./GridCell";
import { GridRow } from "./GridRow";
import type { RowSelection } from "./GridRow.types";
import { GroupRow } from "./GroupRow";
import { itemsOf, nextRow, type GridItem } from "./groups";
import { useHeldFocus } from "./useHeldFocus";

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, EntityRecord>();

const PHONE_ROW_HEIGHT = 66;
const GROUP_HEIGHT = 32;
const PHONE_GROUP_HEIGHT = 44;
const OVERSCAN = 12;
/** Above this many rows only those in sight are drawn. */
const DRAW_ALL = 60;

type GridBodyProps = Pick<DataGridProps, "columns" | "titleOf" | "onOpen" | "openId" | "changed" | "groups"> & {
  rows: EntityRecord[];
  density: Density;
  /** The column the rows are grouped by, in whose order they are. */
  group: GridColumnSpec | undefined;
  actions: NonNullable<DataGridProps["rowActions"]>;
  selection: RowSelection | null;
  scroller: RefObject<HTMLDivElement | null>;
};

/** Headings and rows as they are drawn, and which groups are folded away. */
function useItems(rows: readonly EntityRecord[], group: GridColumnSpec | undefined) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const items = useMemo(() => itemsOf(rows, group?.field ?? null, closed), [rows, group, closed]);
  const toggle = (key: string): void =>
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  return { items, closed, toggle };
}

/** The rows: all of them when they are few, else only those in sight. */
export function GridBody({ columns, titleOf, onOpen, openId, changed, rows, density, group, groups, actions, selection, scroller }: GridBodyProps) {
  const phone = usePhone();
  const body = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const { hold, release } = useHeldFocus(body, rows);
  const focusRow = useCallback(
    (index: number) => {
      setFocused(index);
      hold(index);
    },
    [hold],
  );
  const cellText = useCellText(columns, titleOf);
  const tableColumns = useMemo(() => helper.columns(columns.map(({ field, title }) => helper.accessor((record) => record[field], { id: field, header: title }))), [columns]);
  const table = useTable({ features, columns: tableColumns, data: rows, getRowId: ({ id }) => id });
  const drawn = table.getRowModel().rows;
  const { items, closed, toggle } = useItems(rows, group);
  const height = phone ? PHONE_ROW_HEIGHT : ROW_HEIGHTS[density];
  const groupHeight = phone ? PHONE_GROUP_HEIGHT : GROUP_HEIGHT;
  const virtual = items.length > DRAW_ALL;
  const virtualizer = useVirtualizer({
    count: items.length,
    enabled: virtual,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (items[at]?.kind === "group" ? groupHeight : height),
    overscan: OVERSCAN,
  });
  // Rows and headings take other heights: what was measured before counts no more.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, items, height]);
  const move = useCallback(
    (to: number, from: number) => {
      const index = nextRow(items, from, Math.min(Math.max(to, 0), drawn.length - 1));
      if (virtual) virtualizer.scrollToIndex(items.findIndex((item) => item.kind === "row" && item.index === index));
      setFocused(index);
      requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
    },
    [drawn.length, items, virtual, virtualizer],
  );
  const tabbable = nextRow(items, 0, Math.min(focused, drawn.length - 1));
  const shared = { columns, cellText, phone, actions, selection, onOpen, onFocusRow: focusRow, onMove: move };
  const draw = (item: GridItem | undefined, style?: React.CSSProperties) => {
    if (item?.kind === "group" && group)
      return (
        <GroupRow
          key={`${item.index} ${item.key}`}
          column={group}
          columns={columns}
          first={item.first}
          cellText={cellText}
          figures={groups?.get(item.key)}
          before={selection ? 1 : 0}
          after={actions.length > 0 ? 1 : 0}
          phone={phone}
          open={!closed.has(item.key)}
          onToggle={() => toggle(item.key)}
          style={style}
        />
      );
    const record = item && drawn[item.index]?.original;
    if (!record) return null;
    const { index } = item;
    return (
      <GridRow key={record.id} {...shared} record={record} index={index} tabbable={index === tabbable} open={record.id === openId} changed={changed?.get(record.id)} style={style} />
    );
  };
  if (!virtual)
    return (
      <div role="rowgroup" ref={body} onBlur={release} className={classes.body}>
        {items.map((item) => draw(item))}
      </div>
    );
  return (
    <div role="rowgroup" ref={body} onBlur={release} className={classes.body} data-virtual style={{ blockSize: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, start }) => draw(items[index], { transform: `translateY(${start}px)` }))}
    </div>
  );
}
