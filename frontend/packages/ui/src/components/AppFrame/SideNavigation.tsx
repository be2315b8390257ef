import { Menu, Tooltip, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatNumber } from "../../format/value";
import { useLocale } from "../../i18n/I18nProvider";
import { NamedIcon } from "../../icons/named";
import { IconChevronDown, IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "../../icons/tabler";
import { IconButton } from "../IconButton/IconButton";
import classes from "./AppFrame.module.css";
import type { AppFrameProps, FrameItem } from "./AppFrame.types";
import { initials } from "./initials";
import { follow } from "./follow";

type SideNavigationProps = AppFrameProps & { rail: boolean; /** Absent where the width decides. */ onToggle?: () => void };

/** Name, pages, account: at the start of the screen. */
export function SideNavigation({ name, items, activeId, onNavigate, account, menu, rail, onToggle }: SideNavigationProps) {
  const { t } = useTranslation("ui");
  const Toggle = rail ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const toggle = onToggle && (
    <IconButton label={rail ? t("frame.expand") : t("frame.collapse")} onClick={onToggle}>
      <Toggle aria-hidden />
    </IconButton>
  );
  return (
    <nav className={classes.side} data-rail={rail || undefined} aria-label={t("frame.navigation")}>
      <div className={classes.top}>
        <span className={classes.letter} aria-hidden>
          {name.trim()[0]?.toUpperCase()}
        </span>
        {!rail && <span className={classes.name}>{name}</span>}
        {!rail && toggle}
      </div>
      <div className={classes.places}>
        {rail && toggle}
        {items.map((item) => (
          <Place key={item.id} item={item} active={item.id === activeId} rail={rail} onNavigate={onNavigate} />
        ))}
      </div>
      <Menu position="top-start">
        <Menu.Target>
          <UnstyledButton className={classes.account} aria-label={account.name}>
            <span className={classes.avatar} aria-hidden>
              {initials(account.name)}
            </span>
            {!rail && (
              <>
                <span className={classes.person}>
                  <span className={classes.personName}>{account.name}</span>
                  {account.detail && <span className={classes.personDetail}>{account.detail}</span>}
                </span>
                <IconChevronDown aria-hidden />
              </>
            )}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>{menu}</Menu.Dropdown>
      </Menu>
    </nav>
  );
}

function Place({ item, active, rail, onNavigate }: { item: FrameItem; active: boolean; rail: boolean; onNavigate: AppFrameProps["onNavigate"] }) {
  const locale = useLocale();
  return (
    <Tooltip label={item.title} position="right" disabled={!rail}>
      <a className={classes.place} href={item.href} aria-current={active ? "page" : undefined} aria-label={rail ? item.title : undefined} onClick={(event) => follow(event, () => onNavigate(item, event))}>
        <NamedIcon name={item.icon} />
        {!rail && <span className={classes.placeName}>{item.title}</span>}
        {!rail && item.count !== undefined && <span className={classes.placeCount}>{formatNumber(item.count, locale)}</span>}
      </a>
    </Tooltip>
  );
}
