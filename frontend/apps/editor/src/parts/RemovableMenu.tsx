import { Menu } from "@mantine/core";
import { remove, type ListedKind } from "@torque/model";
import { IconButton, showToast } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCareful } from "../effects/CarefulProvider";
import { IconDots, IconTrash } from "../icons";
import { useOpenModel, useSteps } from "../model/ModelProvider";

export type RemovableMenuProps = {
  /** The group of texts, and the screen that is shown once the part is gone. */
  words: "entities" | "pages" | "forms";
  kind: ListedKind;
  id: string;
  name: string;
  /** Default "bottom-start". */
  position?: "bottom-start" | "bottom-end";
  /** What else is done with it, before it is removed. */
  children?: ReactNode;
};

/** What is done with a part; removing is offered last, and Undo after it. */
export function RemovableMenu({ words, kind, id, name, position = "bottom-start", children }: RemovableMenuProps) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const careful = useCareful();
  const steps = useSteps();
  const navigate = useNavigate();
  const removePart = (): void => {
    careful({
      changes: [remove(kind, id)],
      message: t(`${words}.removed`, { name }),
      verb: t(`${words}.remove`),
      then: () => {
        showToast({ message: t(`${words}.removedToast`, { name }), action: { label: t("steps.undo"), run: steps.undo } });
        void navigate(`/models/${ref}/${words}`);
      },
    });
  };
  return (
    <Menu position={position}>
      <Menu.Target>
        <IconButton label={t(`${words}.actionsOf`, { name })}>
          <IconDots size={16} stroke={1.6} />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        {children}
        {children && <Menu.Divider />}
        <Menu.Item color="red" leftSection={<IconTrash size={16} stroke={1.6} />} onClick={removePart}>
          {t(`${words}.remove`)}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
