import { useTranslation } from "react-i18next";
import { DELETE_APPLICATION, DELETE_MODEL } from "../api/documents";
import type { Application } from "../api/types";
import { Confirm } from "../parts/Confirm";
import { useServices } from "../services";
import type { ModelRef } from "./DuplicateModel";

export type DeleteModelProps = {
  model: ModelRef & { applications: readonly Application[] };
  onClose: () => void;
  onDeleted?: () => void;
};

/** Deletes a model; with applications their records go too, so its name has to be typed. */
export function DeleteModel({ model, onClose, onDeleted }: DeleteModelProps) {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const { applications } = model;
  const remove = async (): Promise<void> => {
    for (const { id } of applications) await client.mutate({ mutation: DELETE_APPLICATION, variables: { id } });
    await client.mutate({ mutation: DELETE_MODEL, variables: { modelId: model.id }, refetchQueries: ["Models"] });
    onDeleted?.();
  };
  return (
    <Confirm
      opened
      onClose={onClose}
      title={t("models.deleteTitle", { name: model.displayName })}
      verb={t("models.deleteVerb")}
      type={applications.length ? model.name : undefined}
      onConfirm={remove}
    >
      <p>{t("models.deleteText")}</p>
      {applications.length > 0 && (
        <p>{t("models.deleteApplications", { count: applications.length, names: applications.map((one) => one.label).join(", ") })}</p>
      )}
    </Confirm>
  );
}
