import { icons, MenuItem, MODEL_LAYOUT, OverflowMenu, shownColumns, type GridColumnSpec, type GridLayout } from "@torque/ui";
import { lazy, Suspense, use } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { displayNameOf, plural } from "../noun";
import { HeaderSlot } from "../page/header";
import type { ExportDrawerProps } from "./ExportDrawer";

const ImportDrawer = lazy(() => import("./ImportDrawer").then((module) => ({ default: module.ImportDrawer })));
const ExportDrawer = lazy(() => import("./ExportDrawer").then((module) => ({ default: module.ExportDrawer })));

export type ExchangeMenuProps = Omit<ExportDrawerProps, "shown" | "onClose"> & {
  columns: readonly GridColumnSpec[];
  layout: GridLayout | undefined;
  /** The list has the page to itself: its menu stands in the page's header. */
  inHeader: boolean;
  /** Where the address says which drawer is open. */
  parameter: string;
};

/** What is seldom wanted of a list: its records as a file, records from one, and those that were deleted. */
export function ExchangeMenu({ columns, layout, inHeader, parameter, ...list }: ExchangeMenuProps) {
  const { address, metadata } = useRuntime();
  const slot = use(HeaderSlot);
  const { t, i18n } = useTranslation("runtime");
  const entity = metadata.entities.find(({ name }) => name === list.entityType);
  const permissions = entity?.permissions;
  const mayImport = permissions?.create === true;
  const mayExport = permissions?.read === true;
  const opened = address.params.get(parameter);
  const close = (): void => address.set({ [parameter]: null });
  const mayRestore = entity?.deleted === true;
  if (!mayImport && !mayExport && !mayRestore) return null;
  const menu = (
    <OverflowMenu>
      {mayImport && (
        <MenuItem icon={<icons.IconUpload aria-hidden />} onClick={() => address.set({ [parameter]: "import" })}>
          {t("import.menu")}
        </MenuItem>
      )}
      {mayExport && (
        <MenuItem icon={<icons.IconDownload aria-hidden />} onClick={() => address.set({ [parameter]: "export" })}>
          {t("export.menu")}
        </MenuItem>
      )}
      {mayRestore && (
        <MenuItem icon={<icons.IconTrash aria-hidden />} onClick={() => address.set({ deleted: list.entityType })}>
          {t("deleted.menu", { noun: plural(displayNameOf(metadata, list.entityType), i18n.language) })}
        </MenuItem>
      )}
    </OverflowMenu>
  );
  return (
    <>
      {inHeader ? slot && createPortal(menu, slot) : menu}
      <Suspense fallback={null}>
        {opened === "import" && mayImport && <ImportDrawer entityType={list.entityType} onClose={close} />}
        {opened === "export" && mayExport && <ExportDrawer {...list} shown={shownColumns(columns, layout ?? MODEL_LAYOUT).map(({ field }) => field)} onClose={close} />}
      </Suspense>
    </>
  );
}
