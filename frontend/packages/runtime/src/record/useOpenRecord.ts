import type { FormDefinition } from "@torque/protocol";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { useFormDefinition } from "../data/queries";
import { titleOfRecord } from "../data/titles";
import { displayNameOf, singular } from "../noun";
import { useRecordForm, type RecordForm } from "./useRecordForm";

/** More fields than this are a page of their own. */
const MOST_FIELDS = 20;

export type OpenRecord = {
  /** A form is to be shown. */
  opened: boolean;
  /** The form stands in a page instead of the drawer. */
  large: boolean;
  /** The form, once it and the record it edits are known. */
  ready: FormDefinition | null;
  /** The record the address names; null for a new one. */
  id: string | null;
  form: RecordForm;
  problem: Error | null;
  entityType: string;
  title: string;
  /** What happened to the record is shown over its form. */
  history: boolean;
  /** The title of the record, beside what it is. */
  detail: string | undefined;
  /** Closes what is on top: the history, else the form. */
  close: () => void;
};

/** Forms in steps and long ones. */
const isLarge = ({ steps, fields }: FormDefinition): boolean => Boolean(steps?.length) || fields.length > MOST_FIELDS;

/** The form that the address asks for over the page (`form`, `record`, `new`), and the record in it. */
export function useOpenRecord(): OpenRecord {
  const { t, i18n } = useTranslation("runtime");
  const ui = useTranslation("ui");
  const { address, metadata, titles } = useRuntime();
  const formId = address.params.get("form") || null;
  const id = address.params.get("record");
  const history = address.params.has("history");
  const opened = formId !== null && (id !== null || address.params.has("new"));
  const definition = useFormDefinition({ formId: opened ? formId : null });
  const known = opened ? definition.data : undefined;
  const form = useRecordForm(known, id);
  const entityType = known?.entity_type ?? "";
  const displayName = displayNameOf(metadata, entityType);
  const ready = known && (!id || form.record) ? known : null;
  return {
    opened,
    large: known ? isLarge(known) : false,
    ready,
    id,
    form,
    // What is on screen stays, with what was typed: a reading that fails later changes nothing here.
    problem: ready ? null : (definition.error ?? form.failure),
    entityType,
    title: !known ? (definition.error ? t("record.form") : ui.t("loading")) : id ? displayName : t("record.new", { noun: singular(displayName, i18n.language) }),
    history,
    detail: form.record ? titleOfRecord(form.record, titles.titleField(entityType)) : undefined,
    close: () => address.set(history ? { history: null } : { form: null, record: null, new: null }),
  };
}
