import { Modal as MantineModal } from "@mantine/core";
import type { ReactNode } from "react";
import { useFocusScope } from "../../focus/useFocusScope";

export type DialogProps = {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** Width in pixels. Default 440. */
  width?: number;
  fullScreen?: boolean;
  /** Name of the cross; without it there is none. */
  closeLabel?: string;
  classNames: { header?: string; body?: string };
  children: ReactNode;
};

/** The frame of every dialog: overlay, title, and the focus inside while it is open. */
export function Dialog({ opened, onClose, title, width, fullScreen, closeLabel, classNames, children }: DialogProps) {
  const scope = useFocusScope(opened);
  return (
    <MantineModal.Root opened={opened} onClose={onClose} trapFocus={false} size={width} fullScreen={fullScreen} classNames={classNames}>
      <MantineModal.Overlay />
      <MantineModal.Content {...scope}>
        <MantineModal.Header>
          <MantineModal.Title>{title}</MantineModal.Title>
          {closeLabel && <MantineModal.CloseButton aria-label={closeLabel} />}
        </MantineModal.Header>
        <MantineModal.Body>{children}</MantineModal.Body>
      </MantineModal.Content>
    </MantineModal.Root>
  );
}
