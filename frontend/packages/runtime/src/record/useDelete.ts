import { showToast } from "@torque/ui";
import { useCallback, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";

/** Deletes a record with Undo: gone at once, deleted when the toast has gone. */
export function useDelete(): (entityType: string, id: string) => void {
  const { t } = useTranslation("runtime");
  const { deletions, titles } = useRuntime();
  return useCallback(
    (entityType, id) => {
      deletions.hide({ id, entityType });
      showToast({
        id: `delete-${id}`,
        message: t("record.deleted", { title: titles.of(entityType, id) ?? "" }),
        action: { label: t("record.undo"), run: () => deletions.undo(id) },
        onExpire: () => void deletions.commit(id),
      });
    },
    [deletions, titles, t],
  );
}

/** Ids of the records that are on their way out. */
export function useHidden(): ReadonlySet<string> {
  const { deletions } = useRuntime();
  return useSyncExternalStore(deletions.subscribe, deletions.hidden);
}
