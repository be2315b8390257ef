import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconDots } from "../../icons/tabler";
import { IconButton } from "../IconButton/IconButton";

export type OverflowMenuProps = {
  /** Items of the menu. */
  children: ReactNode;
  /** What else can be done with. Default "More". */
  label?: string;
};

/** Three dots that open what is seldom wanted. */
export function OverflowMenu({ children, label }: OverflowMenuProps) {
  const { t } = useTranslation("ui");
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <IconButton label={label ?? t("more")}>
          <IconDots aria-hidden />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
