import type { ModelDocument } from "@torque/model";
import { useTranslation } from "react-i18next";
import classes from "./overview.module.css";

/** What the model holds, in counts. */
export function Strip({ document }: { document: ModelDocument }) {
  const { t } = useTranslation("editor");
  const entities = document.entities ?? [];
  const relationships = document.relationships ?? [];
  const pages = document.pages ?? [];
  const forms = document.forms ?? [];
  const xflows = document.xflows ?? [];
  const roles = document.roles ?? [];
  const formless = entities.filter((entity) => !forms.some((form) => form.entity_type === entity.name)).length;
  const cells = [
    { name: "entities", count: entities.length, detail: t("strip.fields", { count: entities.reduce((sum, entity) => sum + entity.fields.length, 0) }) },
    {
      name: "relationships",
      count: relationships.length,
      detail: t("strip.many", { count: relationships.filter((relationship) => relationship.type === "ManyToMany").length }),
    },
    { name: "pages", count: pages.length, detail: t("strip.navigation", { count: pages.filter((page) => page.in_navigation).length }) },
    { name: "forms", count: forms.length, detail: t("strip.derived", { count: formless }) },
    { name: "workflows", count: xflows.length, detail: t("strip.enabled", { count: xflows.filter((xflow) => xflow.enabled !== false).length }) },
    { name: "roles", count: roles.length, detail: t("strip.rules", { count: roles.reduce((sum, role) => sum + rowRules(role.entities), 0) }) },
    { name: "languages", count: Object.keys(document.locales ?? {}).length, detail: Object.keys(document.locales ?? {}).join(", ") || t("strip.noLanguages") },
  ];
  return (
    <dl className={classes.strip} tabIndex={0} aria-label={t("strip.label")}>
      {cells.map((cell) => (
        <div key={cell.name}>
          <dt>{t(`strip.${cell.name}`)}</dt>
          <dd>
            <b>{cell.count}</b>
            <span>{cell.detail}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function rowRules(entities: Record<string, { where?: unknown }> | undefined): number {
  return Object.values(entities ?? {}).filter((rights) => rights.where !== undefined && rights.where !== null).length;
}
