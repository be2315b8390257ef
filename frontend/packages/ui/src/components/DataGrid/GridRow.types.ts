import type { EntityRecord } from "@torque/protocol";
import type { CSSProperties } from "react";
import type { GridColumnSpec, RowAction } from "./DataGrid.types";
import type { CellText } from "./GridCell";

/** How a row is chosen among others; without it rows cannot be. */
export type RowSelection = {
  selected: ReadonlySet<string>;
  /** `range`: everything from the row that was chosen last to this one. */
  toggle: (index: number, range?: boolean) => void;
  selectAll: () => void;
};

export type GridRowProps = {
  record: EntityRecord;
  columns: readonly GridColumnSpec[];
  index: number;
  cellText: (record: EntityRecord, column: GridColumnSpec) => CellText;
  phone: boolean;
  open: boolean;
  changed: readonly string[] | undefined;
  actions: readonly RowAction[];
  selection: RowSelection | null;
  tabbable: boolean;
  style?: CSSProperties;
  onOpen?: (record: EntityRecord) => void;
  onFocusRow: (index: number) => void;
  /** Takes the focus to a row, or to the next one in that direction that is shown. */
  onMove: (to: number, from: number) => void;
};
