import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "../../hooks/useNarrow";
import { Dialog } from "./Dialog";
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
    <Dialog opened={opened} onClose={onClose} title={title} width={width} fullScreen={phone} closeLabel={t("close")} classNames={classes}>
      {children}
    </Dialog>
  );
}
