import { codeOf } from "@torque/client";
import type { FormDefinition } from "@torque/protocol";
import { ErrorPane, Form, icons, IconButton, Skeleton, useDelayed } from "@torque/ui";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { errorText } from "../data/mutations";
import { useFiles } from "../data/useFiles";
import { useReferences } from "../data/useReferences";
import { displayNameOf, singular } from "../noun";
import classes from "./RecordForm.module.css";
import { useDelete } from "./useDelete";
import { useDraftPlace } from "./useDraftPlace";
import type { OpenRecord } from "./useOpenRecord";

const FIELDS_WHILE_LOADING = 4;

/** The form of a record with all that may stand in its place: the wait, the failure. */
export function RecordForm({ open }: { open: OpenRecord }) {
  const { t } = useTranslation("runtime");
  const { ready, problem, id } = open;
  if (problem) return <ErrorPane message={codeOf(problem) === "NOT_FOUND" && id ? t("record.missing") : errorText(problem, t("error.offline"), t("error.unknown"))} code={codeOf(problem)} />;
  if (!ready) return <FormLoading />;
  return <FilledForm key={`${ready.id}/${id ?? "new"}`} definition={ready} open={open} />;
}

function FilledForm({ definition, open }: { definition: FormDefinition; open: OpenRecord }) {
  const { form, id, close, large } = open;
  const { t, i18n } = useTranslation("runtime");
  const { metadata, onUnsaved } = useRuntime();
  const unsavedHere = useCallback((count: number) => onUnsaved("drawer", count), [onUnsaved]);
  const references = useReferences();
  const files = useFiles(definition.entity_type, form.record);
  const draft = useDraftPlace(definition.id, id);
  const [round, setRound] = useState(0);
  const entity = metadata.entities.find(({ name }) => name === definition.entity_type);
  const another = !id && definition.submit_action === "SaveAndNew";
  const allowed = id ? entity?.permissions.update : entity?.permissions.create;
  const noun = singular(displayNameOf(metadata, definition.entity_type), i18n.language);
  return (
    <>
      <p className={classes.note} data-kind="gone" role="alert">
        {form.gone && t("record.gone")}
      </p>
      {allowed === false && <p className={classes.note}>{t("record.readOnly")}</p>}
      <Form
        key={round}
        definition={definition}
        record={form.record}
        placement={large ? "page" : "drawer"}
        readOnly={allowed === false}
        submitLabel={id ? undefined : t("record.create", { noun })}
        onCancel={close}
        onUnsaved={unsavedHere}
        findReferences={references.find}
        titleOf={references.titleOf}
        files={files}
        draft={allowed === false ? undefined : draft}
        onSubmit={async (values) => {
          const outcome = await form.submit(values);
          if (!outcome.ok) return outcome;
          onUnsaved("drawer", 0);
          if (another) setRound(round + 1);
          else close();
          return outcome;
        }}
      />
    </>
  );
}

/** Removes the open record, with the way back that every removal has. */
export function DeleteButton({ open: { entityType, id, ready, close } }: { open: OpenRecord }) {
  const { t } = useTranslation("runtime");
  const { metadata, onUnsaved } = useRuntime();
  const remove = useDelete();
  if (!id || !ready || metadata.entities.find(({ name }) => name === entityType)?.permissions.delete === false) return null;
  return (
    <IconButton
      label={t("record.delete")}
      onClick={() => {
        onUnsaved("drawer", 0);
        close();
        remove(entityType, [id]);
      }}
    >
      <icons.IconTrash aria-hidden />
    </IconButton>
  );
}

function FormLoading() {
  const late = useDelayed(true);
  return (
    <div className={classes.loading} aria-busy>
      {late && Array.from({ length: FIELDS_WHILE_LOADING }, (_, index) => <Skeleton key={index} className={classes.field} />)}
    </div>
  );
}
