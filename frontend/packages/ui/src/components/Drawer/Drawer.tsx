import { Drawer as MantineDrawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFocusScope } from "../../focus/useFocusScope";
import { usePhone } from "../../hooks/useNarrow";
import { IconX } from "../../icons/tabler";
import { IconButton } from "../IconButton/IconButton";
import classes from "./Drawer.module.css";

export type DrawerProps = {
  opened: boolean;
  /** Asked for by the cross, Escape and a click beside it; the owner decides. */
  onClose: () => void;
  title: string;
  /** Grey, beside the title. */
  detail?: ReactNode;
  /** Before the cross. */
  actions?: ReactNode;
  children: ReactNode;
};

/** Create and edit over the list, 560 wide; on a phone it fills the screen. */
export function Drawer({ opened, onClose, title, detail, actions, children }: DrawerProps) {
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const scope = useFocusScope(opened);
  return (
    <MantineDrawer.Root opened={opened} onClose={onClose} trapFocus={false} position={phone ? "bottom" : "right"} size={phone ? "100%" : "var(--tq-drawer)"} classNames={{ content: classes.content }}>
      <MantineDrawer.Overlay />
      <MantineDrawer.Content {...scope}>
        <MantineDrawer.Header role="presentation" className={classes.header}>
          <MantineDrawer.Title className={classes.title}>{title}</MantineDrawer.Title>
          {detail && <span className={classes.detail} dir="auto">{detail}</span>}
          <div className={classes.actions}>
            {actions}
            <IconButton label={t("close")} onClick={onClose}>
              <IconX aria-hidden />
            </IconButton>
          </div>
        </MantineDrawer.Header>
        <MantineDrawer.Body className={classes.body}>{children}</MantineDrawer.Body>
      </MantineDrawer.Content>
    </MantineDrawer.Root>
  );
}
