import type { EntityRecord } from "@torque/protocol";
import { showToast } from "@torque/ui";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { errorText, useMutations } from "../data/mutations";
import { useFormDefinition } from "../data/queries";
import { displayNameOf, plural } from "../noun";
import { wentAlong } from "./deleted";

export type BringBack = {
  /** Brings one back with what went along; says so, or why not. */
  one: (id: string) => Promise<void>;
  /** Like `one`, but leaves it to the caller to say why not; null when it is back. `alone`: what went along stays deleted. */
  quietly: (id: string, alone?: boolean) => Promise<unknown>;
  /** Answers which were refused. */
  several: (ids: readonly string[]) => Promise<readonly string[]>;
};

/** Brings deleted records back, and tells how that went. `rows` are those on screen. */
export function useBringBack(entityType: string, rows: readonly EntityRecord[] | undefined): BringBack {
  const { t, i18n } = useTranslation("runtime");
  const { address, metadata, titles } = useRuntime();
  const { bringBack } = useMutations();
  const formId = useFormDefinition({ entityType }).data?.id;
  const set = address.set;
  return useMemo(() => {
    const titleOf = (id: string): string => titles.of(entityType, id) ?? id.slice(0, 8);
    const reason = (error: unknown): string => errorText(error, t("error.offline"), t("error.unknown"));
    const leads = new Set((rows ?? []).filter((row) => wentAlong(row) > 0).map(({ id }) => id));
    const whole = (id: string): boolean => leads.has(id);
    const quietly = async (id: string, alone = false): Promise<unknown> => {
      const refused = await bringBack(entityType, [id], alone ? () => false : whole);
      if (refused) return refused.error;
      const open = formId && { label: t("deleted.open"), run: () => set({ deleted: null, shown: null, form: formId, record: id, new: null }) };
      showToast({ id: `restore-${id}`, message: t("deleted.restored", { title: titleOf(id) }), ...(open ? { action: open } : {}) });
      return null;
    };
    return {
      quietly,
      one: async (id) => {
        const error = await quietly(id);
        if (error !== null) showToast({ id: `restore-${id}`, kind: "error", message: t("deleted.failed", { title: titleOf(id), reason: reason(error) }) });
      },
      several: async (ids) => {
        const refused = await bringBack(entityType, ids, whole);
        const count = ids.length - (refused?.ids.length ?? 0);
        const noun = plural(displayNameOf(metadata, entityType), i18n.language);
        if (count > 0) showToast({ message: t("deleted.restoredMany", { count, noun }) });
        if (refused) showToast({ kind: "error", message: t("deleted.failedMany", { count: refused.ids.length, reason: reason(refused.error) }) });
        return refused?.ids ?? [];
      },
    };
  }, [bringBack, entityType, rows, formId, metadata, titles, set, t, i18n.language]);
}
