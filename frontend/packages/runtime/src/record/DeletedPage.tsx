import { codeOf } from "@torque/client";
import type { Page } from "@torque/protocol";
import { DataGrid, formatDate, IconButton, icons, PageHeader, useLocale, usePhone, type GridStatus, type GridView } from "@torque/ui";
import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { columnSpecs } from "../components/DataGrid/query";
import { useRuntime } from "../context";
import { errorText } from "../data/mutations";
import { useFormDefinition } from "../data/queries";
import { useReferences } from "../data/useReferences";
import { displayNameOf, plural } from "../noun";
import { deletedColumns, listColumns } from "./deleted";
import { DeletedRecord } from "./DeletedRecord";
import { useBringBack } from "./useBringBack";
import { useDeleteNow } from "./useDelete";
import { useDeleted, type Deleted } from "./useDeleted";

const VIEW: GridView = { search: "", filters: [], sort: null, page: 0 };

export type DeletedPageProps = {
  entityType: string;
  /** The page it stands for: its list tells which columns there are. */
  page: Page;
  /** Title of that page. */
  back: string;
  notice?: ReactNode;
};

function useStatus({ rows, error, refreshing }: Deleted): GridStatus {
  const { t } = useTranslation("runtime");
  if (error && !refreshing) return { name: "error", message: errorText(error, t("error.offline"), t("error.unknown")), code: codeOf(error) };
  if (!rows) return { name: "loading" };
  return refreshing ? { name: "refreshing" } : { name: "ready" };
}

/** The deleted records of an entity in place of the page, the newest first, and the way back for them. */
export function DeletedPage({ entityType, page, back, notice }: DeletedPageProps) {
  const { t, i18n } = useTranslation("runtime");
  const { address, metadata } = useRuntime();
  const locale = useLocale();
  const phone = usePhone();
  const { titleOf } = useReferences();
  const form = useFormDefinition({ entityType });
  const displayName = displayNameOf(metadata, entityType);
  const title = t("deleted.title", { noun: plural(displayName, i18n.language) });
  const words = useMemo(() => ({ somebody: t("history.somebody"), at: t("deleted.at"), by: t("deleted.by"), along: t("deleted.along"), title: displayName }), [t, displayName]);
  const deleted = useDeleted(entityType, form.data, !form.isLoading, words);
  const own = useMemo(() => columnSpecs(listColumns(page.components, entityType, form.data), form.data), [page, entityType, form.data]);
  const columns = useMemo(() => deletedColumns(own, words, phone, deleted.rows), [own, words, phone, deleted.rows]);
  useDeleteNow(entityType);
  const { one, several, quietly } = useBringBack(entityType, deleted.rows);
  const set = address.set;
  const shown = address.params.get("shown");
  const status = useStatus(deleted);
  const start = useRef<HTMLButtonElement>(null);
  useEffect(() => start.current?.focus(), []);
  useEffect(() => {
    document.title = `${title} – ${metadata.label || metadata.name}`;
  }, [title, metadata.label, metadata.name]);
  const { rows, more } = deleted;
  const restore = <icons.IconArrowBackUp aria-hidden />;
  return (
    <>
      <PageHeader
        title={title}
        detail={deleted.since ? t("deleted.since", { day: formatDate(deleted.since, locale) }) : undefined}
        start={
          <IconButton ref={start} label={t("record.backTo", { page: back })} onClick={() => set({ deleted: null, shown: null })}>
            <icons.IconArrowLeft aria-hidden />
          </IconButton>
        }
      />
      {notice}
      <DataGrid
        noun={t("deleted.noun", { noun: plural(displayName, i18n.language) })}
        columns={columns}
        view={VIEW}
        onView={() => {}}
        data={rows && status.name !== "error" ? { rows, total: rows.length, totalIsEstimate: more !== undefined, all: null, durationMs: deleted.durationMs } : null}
        status={status}
        titleOf={titleOf}
        onRetry={deleted.retry}
        onOpen={({ id }) => set({ shown: id })}
        openId={shown}
        rowActions={[{ id: "restore", label: t("deleted.restore"), icon: restore, run: ({ id }) => void one(id) }]}
        bulkActions={[{ id: "restore", label: t("deleted.restore"), icon: restore, attempt: several }]}
        onMore={more}
        filtering={false}
        sorting={false}
        paging={false}
        fill
      />
      <DeletedRecord entityType={entityType} record={rows?.find(({ id }) => id === shown) ?? null} form={form.data} columns={own} bringBack={quietly} onClose={() => set({ shown: null })} />
    </>
  );
}

