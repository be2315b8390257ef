import { ActionIcon, Tooltip } from "@mantine/core";
import type { MouseEventHandler, ReactNode, Ref } from "react";

export type IconButtonProps = {
  /** Its name: for screen readers and as tooltip. */
  label: string;
  children: ReactNode;
  onClick?: MouseEventHandler<HTMLButtonElement>;
  disabled?: boolean;
  className?: string;
  /** Marks a switched-on toggle. */
  pressed?: boolean;
  expanded?: boolean;
  tabIndex?: number;
  ref?: Ref<HTMLButtonElement>;
};

/** A button that is only an icon: always named, with the name as tooltip. */
export function IconButton({ label, children, pressed, expanded, ...rest }: IconButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} aria-pressed={pressed} aria-expanded={expanded} {...rest}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
