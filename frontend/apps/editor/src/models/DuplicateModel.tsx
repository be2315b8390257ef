import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { DUPLICATE_MODEL } from "../api/documents";
import { NameDialog } from "../parts/NameDialog";
import { useServices } from "../services";

export type ModelRef = { id: string; name: string; displayName: string };

/** Copies a model's document under another name; applications and records stay with the original. */
export function DuplicateModel({ model, onClose }: { model: ModelRef; onClose: () => void }) {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const navigate = useNavigate();
  return (
    <NameDialog
      opened
      onClose={onClose}
      title={t("models.duplicateTitle", { name: model.displayName })}
      labels={{ displayName: t("models.displayName"), name: t("models.name") }}
      initial={{ displayName: t("models.copyOf", { name: model.displayName }), name: `${model.name}-2`, ownName: false }}
      verb={t("models.duplicate")}
      onSubmit={async ({ name, displayName }) => {
        const variables = { modelId: model.id, name, displayName };
        const { data } = await client.mutate({ mutation: DUPLICATE_MODEL, variables, refetchQueries: ["Models"] });
        if (data) void navigate(`/models/${data.duplicateModel.name}`);
      }}
    />
  );
}
