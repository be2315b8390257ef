import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import classes from "../frame/frame.module.css";
import { useDocument, useOpenModel } from "./ModelProvider";

/** The parts of a model, with their counts. */
export function ModelTabs() {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const { entities, pages, forms } = useDocument();
  const tabs = [
    { to: "", name: "overview" },
    { to: "/entities", name: "entities", count: entities?.length ?? 0 },
    { to: "/pages", name: "pages", count: pages?.length ?? 0 },
    { to: "/forms", name: "forms", count: forms?.length ?? 0 },
    { to: "/data", name: "data" },
    { to: "/history", name: "history" },
  ];
  return (
    <nav aria-label={t("tabs.label")} className={classes.tabs}>
      {tabs.map(({ to, name, count }) => (
        <NavLink key={name} to={`/models/${ref}${to}`} end={to === ""}>
          {t(`tabs.${name}`)}
          {count !== undefined && <span className={classes.count}>{count}</span>}
        </NavLink>
      ))}
    </nav>
  );
}
