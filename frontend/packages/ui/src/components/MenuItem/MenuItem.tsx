import { Menu } from "@mantine/core";
import type { MouseEventHandler, ReactNode } from "react";

export type MenuItemProps = {
  children: ReactNode;
  icon?: ReactNode;
  /** Makes it a link. */
  href?: string;
  onClick?: MouseEventHandler;
};

/** An item of a menu that a component opens: an action, or a link. */
export function MenuItem({ children, icon, href, onClick }: MenuItemProps) {
  if (href === undefined)
    return (
      <Menu.Item leftSection={icon} onClick={onClick}>
        {children}
      </Menu.Item>
    );
  return (
    <Menu.Item component="a" href={href} leftSection={icon} onClick={onClick}>
      {children}
    </Menu.Item>
  );
}

export function MenuDivider() {
  return <Menu.Divider />;
}
