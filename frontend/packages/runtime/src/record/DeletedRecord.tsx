import { codeOf } from "@torque/client";
import type { EntityRecord, FormDefinition } from "@torque/protocol";
import { Button, ErrorPane, formatDateTime, formatValue, icons, Modal, shapeOfField, useLocale, ValueList } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { errorText } from "../data/mutations";
import { titleOfRecord } from "../data/titles";
import { useReferences } from "../data/useReferences";
import { deletedAt, deletedBy } from "./deleted";
import classes from "./DeletedPage.module.css";
import { useBringBack } from "./useBringBack";

const WIDTH = 640;

type DeletedRecordProps = { entityType: string; /** Null while none is looked at. */ record: EntityRecord | null; form: FormDefinition | undefined; onClose: () => void };

/** A deleted record as it was last, and the way back. */
export function DeletedRecord({ entityType, record, form, onClose }: DeletedRecordProps) {
  const { titles } = useRuntime();
  return (
    <Modal opened={record !== null} onClose={onClose} title={record ? titleOfRecord(record, titles.titleField(entityType)) : ""} width={WIDTH}>
      {record && <Content entityType={entityType} record={record} form={form} onClose={onClose} />}
    </Modal>
  );
}

function Content({ entityType, record, form, onClose }: DeletedRecordProps & { record: EntityRecord }) {
  const { t } = useTranslation("runtime");
  const ui = useTranslation("ui");
  const locale = useLocale();
  const { titleOf } = useReferences();
  const { quietly } = useBringBack(entityType);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const words = { yes: ui.t("yes"), no: ui.t("no") };
  const values = (form?.fields ?? []).map((field) => ({
    name: field.name,
    label: field.label,
    text: formatValue(record[field.name], shapeOfField(field), locale, words, (id) => titleOf(field.entity ?? "", id)),
  }));
  const restore = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const failure = await quietly(record.id);
    setBusy(false);
    if (failure === null) onClose();
    else setProblem(failure);
  };
  return (
    <>
      <p className={classes.about}>{t("deleted.about", { who: deletedBy(record), time: formatDateTime(deletedAt(record), locale) })}</p>
      {problem !== null && <ErrorPane message={errorText(problem, t("error.offline"), t("error.unknown"))} code={codeOf(problem)} />}
      <ValueList values={values} />
      <div className={classes.foot}>
        <Button onClick={onClose}>{ui.t("close")}</Button>
        <Button kind="primary" icon={<icons.IconArrowBackUp aria-hidden />} busy={busy} onClick={() => void restore()}>
          {t("deleted.restore")}
        </Button>
      </div>
    </>
  );
}
