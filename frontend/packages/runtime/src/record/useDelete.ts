import { hideToast, showToast } from "@torque/ui";
import { useCallback, useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { displayNameOf, plural } from "../noun";

const toastOf = ([first]: readonly string[]): string => `delete-${first ?? ""}`;

/** A record that comes back takes the focus, once its row is drawn. */
function focusRecord(id: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[role=row][data-id="${CSS.escape(id)}"]`)?.focus());
}

/** Deletes records with Undo: gone at once, deleted when the toast has gone. */
export function useDelete(): (entityType: string, ids: readonly string[]) => void {
  const { t, i18n } = useTranslation("runtime");
  const { deletions, titles, metadata } = useRuntime();
  return useCallback(
    (entityType, ids) => {
      const [first] = ids;
      if (first === undefined) return;
      const deletion = { ids, entityType };
      const noun = plural(displayNameOf(metadata, entityType), i18n.language);
      const undo = (): void => {
        deletions.undo(deletion);
        focusRecord(first);
      };
      deletions.hide(deletion);
      showToast({
        id: toastOf(ids),
        message: ids.length === 1 ? t("record.deleted", { title: titles.of(entityType, first) ?? "" }) : t("record.deletedMany", { count: ids.length, noun }),
        action: { label: t("record.undo"), run: undo },
        onExpire: () => void deletions.commit(deletion),
      });
    },
    [deletions, titles, metadata, t, i18n.language],
  );
}

/** Ends the time to undo: who looks at what was deleted wants to find it there, and can bring it back from there. */
export function useDeleteNow(entityType: string): void {
  const { deletions } = useRuntime();
  useEffect(() => deletions.waiting(entityType).forEach(({ ids }) => hideToast(toastOf(ids), true)), [deletions, entityType]);
}

/** Ids of the records that are on their way out. */
export function useHidden(): ReadonlySet<string> {
  const { deletions } = useRuntime();
  return useSyncExternalStore(deletions.subscribe, deletions.hidden);
}
