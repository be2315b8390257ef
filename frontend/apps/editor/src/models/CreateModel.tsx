import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { CREATE_MODEL } from "../api/documents";
import { NameDialog } from "../parts/NameDialog";
import { useServices } from "../services";

/** Makes an empty model and opens its data model. */
export function CreateModel({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const navigate = useNavigate();
  return (
    <NameDialog
      opened={opened}
      onClose={onClose}
      title={t("models.newTitle")}
      labels={{ displayName: t("models.displayName"), name: t("models.name"), placeholder: t("models.example") }}
      description={t("models.description")}
      verb={t("models.create")}
      onSubmit={async (names) => {
        const { data } = await client.mutate({ mutation: CREATE_MODEL, variables: names, refetchQueries: ["Models"] });
        if (data) void navigate(`/models/${data.createModel.name}/entities`);
      }}
    />
  );
}
