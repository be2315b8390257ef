import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { EntityRecord } from "@torque/protocol";
import { useCallback, useMemo, useRef, useState, type RefObject } from "react";
import { usePhone } from "../../hooks/useNarrow";
import classes from "./DataGrid.module.css";
import type { DataGridProps } from "./DataGrid.types";
import { useCellText } from "./GridCell";
import { GridRow } from "./GridRow";
import type { RowSelection } from "./GridRow.types";

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, EntityRecord>();

const ROW_HEIGHT = 36;
const PHONE_ROW_HEIGHT = 66;
const OVERSCAN = 12;
/** Above this many rows only those in sight are drawn. */
const DRAW_ALL = 60;

type GridBodyProps = Pick<DataGridProps, "columns" | "titleOf" | "onOpen" | "openId" | "changed"> & {
  rows: EntityRecord[];
  actions: NonNullable<DataGridProps["rowActions"]>;
  selection: RowSelection | null;
  scroller: RefObject<HTMLDivElement | null>;
};

/** The rows: all of them when they are few, else only those in sight. */
export function GridBody({ columns, titleOf, onOpen, openId, changed, rows, actions, selection, scroller }: GridBodyProps) {
  const phone = usePhone();
  const body = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const cellText = useCellText(columns, titleOf);
  const tableColumns = useMemo(() => helper.columns(columns.map(({ field, title }) => helper.accessor((record) => record[field], { id: field, header: title }))), [columns]);
  const table = useTable({ features, columns: tableColumns, data: rows, getRowId: ({ id }) => id });
  const drawn = table.getRowModel().rows;
  const height = phone ? PHONE_ROW_HEIGHT : ROW_HEIGHT;
  const virtual = drawn.length > DRAW_ALL;
  const virtualizer = useVirtualizer({
    count: drawn.length,
    enabled: virtual,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
  });
  const move = useCallback(
    (to: number) => {
      const index = Math.min(Math.max(to, 0), drawn.length - 1);
      if (virtual) virtualizer.scrollToIndex(index);
      setFocused(index);
      requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
    },
    [drawn.length, virtual, virtualizer],
  );
  const tabbable = Math.min(focused, drawn.length - 1);
  const shared = { columns, cellText, phone, actions, selection, onOpen, onFocusRow: setFocused, onMove: move };
  const row = (index: number, style?: React.CSSProperties) => {
    const record = drawn[index]?.original;
    if (!record) return null;
    return (
      <GridRow key={record.id} {...shared} record={record} index={index} tabbable={index === tabbable} open={record.id === openId} changed={changed?.get(record.id)} style={style} />
    );
  };
  if (!virtual)
    return (
      <div role="rowgroup" ref={body} className={classes.body}>
        {drawn.map((_, index) => row(index))}
      </div>
    );
  return (
    <div role="rowgroup" ref={body} className={classes.body} data-virtual style={{ blockSize: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, start }) => row(index, { transform: `translateY(${start}px)` }))}
    </div>
  );
}
