import { Menu, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { NamedIcon } from "../../icons/named";
import { IconMenu2 } from "../../icons/tabler";
import classes from "./AppFrame.module.css";
import type { AppFrameProps } from "./AppFrame.types";
import { follow } from "./follow";

/** Places beside "More", which always stands last: it also holds the account's menu. */
const PLACES = 4;

export function PhoneBar({ items, activeId, onNavigate, menu }: AppFrameProps) {
  const { t } = useTranslation("ui");
  const shown = items.slice(0, PLACES);
  const rest = items.slice(PLACES);
  return (
    <nav className={classes.bar} aria-label={t("frame.navigation")}>
      {shown.map((item) => (
        <a key={item.id} className={classes.tab} href={item.href} aria-current={item.id === activeId ? "page" : undefined} onClick={(event) => follow(event, () => onNavigate(item, event))}>
          <NamedIcon name={item.icon} />
          <span className={classes.tabName}>{item.title}</span>
        </a>
      ))}
      <Menu position="top-end">
        <Menu.Target>
          <UnstyledButton className={classes.tab} data-active={rest.some(({ id }) => id === activeId) || undefined}>
            <IconMenu2 aria-hidden />
            <span className={classes.tabName}>{t("frame.more")}</span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {rest.map((item) => (
            <Menu.Item key={item.id} component="a" href={item.href} leftSection={<NamedIcon name={item.icon} />} onClick={(event) => follow(event, () => onNavigate(item, event))}>
              {item.title}
            </Menu.Item>
          ))}
          {rest.length > 0 && <Menu.Divider />}
          {menu}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
