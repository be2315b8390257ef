import { codeOf } from "@torque/client";
import { ErrorPane, Form, showToast } from "@torque/ui";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../../context";
import { errorText } from "../../data/mutations";
import { useFormDefinition } from "../../data/queries";
import { useFiles } from "../../data/useFiles";
import { useReferences } from "../../data/useReferences";
import { displayNameOf, singular } from "../../noun";
import { useDraftPlace } from "../../record/useDraftPlace";
import { useRecordForm } from "../../record/useRecordForm";
import { text, type ComponentProps } from "../types";
import classes from "./FormComponent.module.css";

/** A form that stands in the page: makes a record, or edits the one the address names with `id`. */
export function FormComponent({ component }: ComponentProps) {
  const { t, i18n } = useTranslation("runtime");
  const { address, metadata, onUnsaved } = useRuntime();
  const unsavedHere = useCallback((count: number) => onUnsaved("page", count), [onUnsaved]);
  useEffect(() => () => unsavedHere(0), [unsavedHere]);
  const definition = useFormDefinition({ formId: text(component, "formId") || null, entityType: text(component, "entityType") || null });
  const id = text(component, "recordId") || address.params.get("id");
  const { record, failure, submit } = useRecordForm(definition.data, id);
  const references = useReferences();
  const draft = useDraftPlace(definition.data?.id ?? "", id);
  const files = useFiles(definition.data?.entity_type ?? "", record);
  // A form that stands keeps what was typed when a later reading of it fails.
  const problem = definition.data ? failure : definition.error;
  if (problem) return <ErrorPane message={errorText(problem, t("error.offline"), t("error.unknown"))} code={codeOf(problem)} onRetry={() => void definition.refetch()} />;
  if (!definition.data || (id && !record)) return <div className={classes.space} aria-busy />;
  const noun = singular(displayNameOf(metadata, definition.data.entity_type), i18n.language);
  const title = text(component, "title");
  return (
    <section className={classes.form} aria-label={title || definition.data.name}>
      {title && <h2 className={classes.title}>{title}</h2>}
      <Form
        key={id ?? "new"}
        definition={definition.data}
        record={record}
        resetAfterSave={!id}
        submitLabel={text(component, "submitLabel") || (id ? undefined : t("record.create", { noun }))}
        findReferences={references.find}
        titleOf={references.titleOf}
        files={files}
        draft={draft}
        onUnsaved={unsavedHere}
        onSubmit={async (values) => {
          const outcome = await submit(values);
          if (outcome.ok) showToast({ message: t("record.saved") });
          return outcome;
        }}
      />
    </section>
  );
}
