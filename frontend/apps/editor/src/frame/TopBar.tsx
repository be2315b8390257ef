import { Menu, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconButton, Kbd, Mark } from "@torque/ui";
import { IconArrowUpRight, IconBraces, IconHelp, IconLogout, IconMoon, IconSearch, IconSun } from "../icons";
import { Fragment, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { signOut } from "../api/session";
import { Avatar } from "../parts/Avatar";
import { useServices } from "../services";
import { useCommands, usePalette } from "./CommandProvider";
import { useMe } from "./useMe";
import { PLAYGROUND, usePlayground } from "./usePlayground";
import { useTitle } from "./useTitle";
import classes from "./frame.module.css";

export type Crumb = { title: string; to?: string };

export type TopBarProps = {
  crumbs: Crumb[];
  /** What this screen offers before the scheme switch: undo, redo, Run. */
  children?: ReactNode;
};

/** Mark, where you are, the command field, and who you are. */
export function TopBar({ crumbs, children }: TopBarProps) {
  const { t } = useTranslation("editor");
  const { open } = usePalette();
  useTitle([...crumbs.map((crumb) => crumb.title).slice(-2).reverse(), "Torque"].join(" – "));
  return (
    <header className={classes.topBar}>
      <nav aria-label={t("frame.where")} className={classes.where}>
        <Link to="/models" className={classes.brand} aria-label="Torque">
          <Mark />
          <span>Torque</span>
        </Link>
        <ol className={classes.crumbs}>
          {crumbs.map((crumb, at) => (
            <Fragment key={crumb.title + String(at)}>
              <li aria-hidden="true" className={classes.slash}>
                /
              </li>
              <li>{crumb.to && at < crumbs.length - 1 ? <Link to={crumb.to}>{crumb.title}</Link> : <span aria-current="page">{crumb.title}</span>}</li>
            </Fragment>
          ))}
        </ol>
      </nav>
      <UnstyledButton className={classes.command} onClick={open} aria-label={t("frame.search")} aria-keyshortcuts="Control+K">
        <IconSearch size={16} stroke={1.6} aria-hidden="true" />
        <span>{t("frame.search")}</span>
        <Kbd>Ctrl K</Kbd>
      </UnstyledButton>
      <div className={classes.actions}>
        {children}
        <SchemeSwitch />
        <Profile />
      </div>
    </header>
  );
}

function SchemeSwitch() {
  const { t } = useTranslation("editor");
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const next = scheme === "light" ? "dark" : "light";
  const label = t(`frame.${next}`);
  useCommands(
    useMemo(
      () => [
        {
          id: "scheme",
          group: "commands",
          title: label,
          icon: next === "dark" ? IconMoon : IconSun,
          run: () => {
            setColorScheme(next);
          },
        },
      ],
      [label, next, setColorScheme],
    ),
  );
  return (
    <IconButton
      label={label}
      className={classes.roomy}
      onClick={() => {
        setColorScheme(next);
      }}
    >
      {scheme === "light" ? <IconSun size={16} stroke={1.6} /> : <IconMoon size={16} stroke={1.6} />}
    </IconButton>
  );
}

function Profile() {
  const { t } = useTranslation("editor");
  const { signedOut } = useServices();
  const { help } = usePalette();
  const navigate = useNavigate();
  const me = useMe();
  const playground = usePlayground();
  useCommands(
    useMemo(
      () =>
        playground
          ? [{ id: "playground", group: "goto", title: t("frame.playground"), kind: t("frame.newTab"), icon: IconBraces, run: () => window.open(PLAYGROUND, "_blank", "noopener") }]
          : [],
      [playground, t],
    ),
  );
  const leave = (): void => {
    void signOut().then((ended) => {
      if (ended) void navigate("/sign-in", { state: { ended: true } });
      else signedOut();
    });
  };
  return (
    <Menu position="bottom-end" width="target" classNames={{ dropdown: classes.profileMenu }}>
      <Menu.Target>
        <UnstyledButton aria-label={t("frame.profile", { name: me?.name ?? "" })} className={classes.profile}>
          <Avatar name={me?.name ?? "?"} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me?.name} · {me?.roles.join(", ")}
        </Menu.Label>
        <Menu.Item leftSection={<IconHelp size={16} stroke={1.6} />} rightSection={<Kbd>?</Kbd>} onClick={help}>
          {t("help.title")}
        </Menu.Item>
        {playground && (
          <Menu.Item
            component="a"
            href={PLAYGROUND}
            target="_blank"
            rel="noopener"
            leftSection={<IconBraces size={16} stroke={1.6} />}
            rightSection={<IconArrowUpRight size={14} stroke={1.8} aria-hidden="true" />}
          >
            {t("frame.playground")}
            <span className="tq-visually-hidden"> {t("frame.newTab")}</span>
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.6} />} onClick={leave}>
          {t("frame.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
