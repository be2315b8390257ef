import { Modal as MantineModal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "../../hooks/useNarrow";
import classes from "./Modal.module.css";

export type ModalProps = {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** Width in pixels. Default 440. */
  width?: number;
  children: ReactNode;
};

/** A dialog; on a phone it fills the screen. */
export function Modal({ opened, onClose, title, width, children }: ModalProps) {
  const { t } = useTranslation("ui");
  const phone = usePhone();
  return (
    <MantineModal opened={opened} onClose={onClose} title={title} size={width} fullScreen={phone} classNames={{ body: classes.body, header: classes.header }} closeButtonProps={{ "aria-label": t("close") }}>
      {children}
    </MantineModal>
  );
}
