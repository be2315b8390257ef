import { showToast } from "@torque/ui";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { EXPORT_MODEL } from "../api/documents";
import { messageOf } from "../api/errors";
import { saveFile } from "../parts/saveFile";
import { useServices } from "../services";

/** Downloads a model's document, as it would be imported again. */
export function useExport(): (model: { id: string; name: string }) => void {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  return useCallback(
    (model) => {
      client
        .mutate({ mutation: EXPORT_MODEL, variables: { modelId: model.id } })
        .then(({ data }) => {
          if (data) saveFile(`${model.name}.json`, data.exportModel, "application/json");
        })
        .catch((error: unknown) => {
          showToast({ message: t("models.notExported", { why: messageOf(error) }), kind: "error" });
        });
    },
    [client, t],
  );
}
