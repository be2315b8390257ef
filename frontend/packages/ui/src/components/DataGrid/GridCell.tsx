import type { EntityRecord } from "@torque/protocol";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { formatExact, formatValue } from "../../format/value";
import { useLocale } from "../../i18n/I18nProvider";
import { statusShapes } from "../Status/shape";
import { Status } from "../Status/Status";
import type { DataGridProps, GridColumnSpec } from "./DataGrid.types";

export type CellText = { text: string; exact?: string };

/** The text of each cell of a grid, in the reader's language. */
export function useCellText(columns: readonly GridColumnSpec[], titleOf: DataGridProps["titleOf"]): (record: EntityRecord, column: GridColumnSpec) => CellText {
  const { t } = useTranslation("ui");
  const locale = useLocale();
  return useMemo(() => {
    const words = { yes: t("yes"), no: t("no") };
    return (record, column) => {
      const value = record[column.field];
      // An identifier is a name made of digits, not an amount.
      if (column === columns[0] && column.type === "Integer") return { text: typeof value === "number" ? String(value) : "" };
      const text = formatValue(value, column, locale, words, (id) => (column.entity ? titleOf?.(column.entity, id) : undefined));
      return column.type === "DateTime" && typeof value === "string" ? { text, exact: formatExact(value, locale) } : { text };
    };
  }, [t, locale, columns, titleOf]);
}

/** What stands in a cell: a status with its shape, "–" for nothing, else the text. */
export function CellContent({ column, text, value }: { column: GridColumnSpec; text: string; value: unknown }) {
  const shapes = useMemo(() => (column.type === "Enum" ? statusShapes(column.options ?? []) : null), [column]);
  if (text === "") return <>–</>;
  const shape = typeof value === "string" ? (shapes?.get(value) ?? null) : null;
  return shape ? <Status label={text} shape={shape} /> : <>{text}</>;
}
