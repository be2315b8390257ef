import { codeOf } from "@torque/client";
import type { FormDefinition } from "@torque/protocol";
import { Drawer, ErrorPane, Form, icons, IconButton, Skeleton, useDelayed } from "@torque/ui";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { errorText } from "../data/mutations";
import { useFormDefinition } from "../data/queries";
import { titleOfRecord } from "../data/titles";
import { useReferences } from "../data/useReferences";
import { displayNameOf, singular } from "../noun";
import classes from "./RecordDrawer.module.css";
import { useDelete } from "./useDelete";
import { useRecordForm } from "./useRecordForm";

const FIELDS_WHILE_LOADING = 4;

/** Creates or edits a record over the page; the address says which (`form`, `record`, `new`). */
export function RecordDrawer() {
  const { address, onUnsaved } = useRuntime();
  const formId = address.params.get("form");
  const id = address.params.get("record");
  const opened = formId !== null && (id !== null || address.params.has("new"));
  const definition = useFormDefinition({ formId: opened ? formId : null });
  const { t, i18n } = useTranslation("runtime");
  const ui = useTranslation("ui");
  const { metadata, titles } = useRuntime();
  const form = useRecordForm(opened ? definition.data : undefined, id);
  const unsavedHere = useCallback((count: number) => onUnsaved("drawer", count), [onUnsaved]);
  const close = (): void => address.set({ form: null, record: null, new: null });
  const problem = definition.error ?? form.failure;
  const entityType = definition.data?.entity_type ?? "";
  const displayName = displayNameOf(metadata, entityType);
  const ready = definition.data && (!id || form.record) ? definition.data : null;
  const title = id ? displayName : t("record.new", { noun: singular(displayName, i18n.language) });
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={definition.data ? title : ui.t("loading")}
      detail={form.record && titleOfRecord(form.record, titles.titleField(entityType))}
      actions={id && ready && <DeleteButton entityType={entityType} id={id} onDone={close} />}
    >
      {problem && <ErrorPane message={codeOf(problem) === "NOT_FOUND" && id ? t("record.missing") : errorText(problem, t("error.offline"), t("error.unknown"))} code={codeOf(problem)} />}
      {!ready && !problem && <FormLoading />}
      {ready && <DrawerForm key={`${ready.id}/${id ?? "new"}`} definition={ready} form={form} id={id} onClose={close} onUnsaved={unsavedHere} />}
    </Drawer>
  );
}

type DrawerFormProps = { definition: FormDefinition; form: ReturnType<typeof useRecordForm>; id: string | null; onClose: () => void; onUnsaved: (count: number) => void };

function DrawerForm({ definition, form, id, onClose, onUnsaved }: DrawerFormProps) {
  const { t, i18n } = useTranslation("runtime");
  const { metadata } = useRuntime();
  const references = useReferences();
  const [round, setRound] = useState(0);
  const entity = metadata.entities.find(({ name }) => name === definition.entity_type);
  const another = !id && definition.submit_action === "SaveAndNew";
  const allowed = id ? entity?.permissions.update : entity?.permissions.create;
  const noun = singular(displayNameOf(metadata, definition.entity_type), i18n.language);
  return (
    <>
      {allowed === false && <p className={classes.note}>{t("record.readOnly")}</p>}
      <Form
        key={round}
        definition={definition}
        record={form.record}
        placement="drawer"
        readOnly={allowed === false}
        submitLabel={id ? undefined : t("record.create", { noun })}
        onCancel={onClose}
        onUnsaved={onUnsaved}
        findReferences={references.find}
        titleOf={references.titleOf}
        onSubmit={async (values) => {
          const outcome = await form.submit(values);
          if (!outcome.ok) return outcome;
          onUnsaved(0);
          if (another) setRound(round + 1);
          else onClose();
          return outcome;
        }}
      />
    </>
  );
}

function DeleteButton({ entityType, id, onDone }: { entityType: string; id: string; onDone: () => void }) {
  const { t } = useTranslation("runtime");
  const { metadata, onUnsaved } = useRuntime();
  const remove = useDelete();
  if (metadata.entities.find(({ name }) => name === entityType)?.permissions.delete === false) return null;
  return (
    <IconButton
      label={t("record.delete")}
      onClick={() => {
        onUnsaved("drawer", 0);
        onDone();
        remove(entityType, id);
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
