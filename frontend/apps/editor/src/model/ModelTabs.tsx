import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";
import classes from "../frame/frame.module.css";
import { useCurrentInSight } from "../frame/useCurrentInSight";
import { useDocument, useOpenModel } from "./ModelProvider";

/** The parts of a model, with their counts. */
export function ModelTabs() {
  const { pathname } = useLocation();
  const list = useCurrentInSight(pathname);
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const { entities, pages, forms, locales } = useDocument();
  const tabs = [
    { to: "", name: "overview" },
    { to: "/entities", name: "entities", count: entities?.length ?? 0 },
    { to: "/pages", name: "pages", count: pages?.length ?? 0 },
    { to: "/forms", name: "forms", count: forms?.length ?? 0 },
    { to: "/translations", name: "translations", count: Object.keys(locales ?? {}).length },
    { to: "/data", name: "data" },
    { to: "/history", name: "history" },
  ];
  return (
    <nav ref={list} aria-label={t("tabs.label")} className={classes.tabs}>
      {tabs.map(({ to, name, count }) => (
        <NavLink key={name} to={`/models/${ref}${to}`} end={to === ""}>
          {t(`tabs.${name}`)}
          {count !== undefined && <span className={classes.count}>{count}</span>}
        </NavLink>
      ))}
    </nav>
  );
}
