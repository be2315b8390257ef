/** What was typed and not saved, kept in this tab: a reload, or a session that ended, does not take it away. */
import type { DraftPlace, FormDraft } from "@torque/ui";

const PREFIX = "torque-draft/";

const isDraft = (value: unknown): value is FormDraft => typeof value === "object" && value !== null && "values" in value && "base" in value;

/**
 * The place of one form's draft.
 * @param owner Who types: what one person typed is shown to no other.
 * @param form What is filled in: its form and its record.
 */
export function draftPlace(application: string, owner: string | null, form: string): DraftPlace {
  const key = `${PREFIX}${[application, owner ?? "", form].map(encodeURIComponent).join("/")}`;
  return {
    read: () => {
      try {
        const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
        return isDraft(kept) ? kept : null;
      } catch {
        return null;
      }
    },
    write: (draft) => {
      try {
        if (draft) sessionStorage.setItem(key, JSON.stringify(draft));
        else sessionStorage.removeItem(key);
      } catch {
        // A browser that keeps nothing, or has no room for more: the form itself still holds it.
      }
    },
  };
}

/** Forgets all drafts: the reader discarded them, or signed out. */
export function clearDrafts(): void {
  Object.keys(sessionStorage)
    .filter((key) => key.startsWith(PREFIX))
    .forEach((key) => sessionStorage.removeItem(key));
}
