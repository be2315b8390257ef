import { useQuery } from "@apollo/client/react";
import { Menu } from "@mantine/core";
import { IconCopy, IconDots, IconPencil, IconTrash, IconUpload } from "../icons";
import { IconButton } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { APPLICATIONS } from "../api/documents";
import { DeleteModel } from "../models/DeleteModel";
import { DuplicateModel } from "../models/DuplicateModel";
import { ImportModel } from "../models/ImportModel";
import { useDocument, useOpenModel } from "../model/ModelProvider";
import { ModelSettings } from "./ModelSettings";

type Asked = "nothing" | "settings" | "import" | "duplicate" | "delete";

/** What is done with the model as a whole. */
export function ModelMenu() {
  const { t } = useTranslation("editor");
  const { id } = useOpenModel();
  const document = useDocument();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked>("nothing");
  const { data } = useQuery(APPLICATIONS, { variables: { modelId: id } });
  const model = { id, name: document.name, displayName: document.display_name ?? document.name };
  const close = (): void => {
    setAsked("nothing");
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <IconButton label={t("overview.more")}>
            <IconDots size={16} stroke={1.6} />
          </IconButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} stroke={1.6} />} onClick={() => { setAsked("settings"); }}>
            {t("settings.title")}
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy size={16} stroke={1.6} />} onClick={() => { setAsked("duplicate"); }}>
            {t("models.duplicate")}
          </Menu.Item>
          <Menu.Item leftSection={<IconUpload size={16} stroke={1.6} />} onClick={() => { setAsked("import"); }}>
            {t("overview.import")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={16} stroke={1.6} />} onClick={() => { setAsked("delete"); }}>
            {t("models.delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ModelSettings opened={asked === "settings"} onClose={close} />
      <ImportModel opened={asked === "import"} target={document.name} onClose={close} />
      {asked === "duplicate" && <DuplicateModel model={model} onClose={close} />}
      {asked === "delete" && (
        <DeleteModel model={{ ...model, applications: data?.applications ?? [] }} onClose={close} onDeleted={() => void navigate("/models")} />
      )}
    </>
  );
}
