import { IconButton, icons, SearchField } from "@torque/ui";
import type { GraphQLSchema } from "graphql";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { overview, sectionOf } from "./documentation";
import classes from "./playground.module.css";

export type SchemaPaneProps = {
  schema: GraphQLSchema | undefined;
  /** It is still being read. */
  loading: boolean;
};

/** The operations and types of the schema, to be searched and followed. */
export function SchemaPane({ schema, loading }: SchemaPaneProps) {
  const { t } = useTranslation("playground");
  const [letters, setLetters] = useState("");
  const [open, setOpen] = useState<string>();
  const type = open === undefined ? undefined : schema?.getType(open);
  const sections = schema === undefined ? [] : type ? [sectionOf(type)] : overview(schema, letters);
  return (
    <aside className={classes.docs} aria-label={t("schema")}>
      <div className={classes.find}>
        {type && (
          <IconButton label={t("back")} onClick={() => setOpen(undefined)}>
            <icons.IconArrowLeft aria-hidden />
          </IconButton>
        )}
        <SearchField
          label={t("find")}
          value={letters}
          onChange={(next) => {
            setLetters(next);
            setOpen(undefined);
          }}
        />
      </div>
      <div className={classes.sections} tabIndex={0} role="region" aria-label={t("schema")}>
        {schema === undefined && loading && <p className={classes.hint}>{t("loading")}</p>}
        {schema !== undefined && sections.length === 0 && <p className={classes.hint}>{t("nothing")}</p>}
        {sections.map(({ title, description, entries }) => (
          <section key={title}>
            <h2 className={classes.sectionTitle}>{title}</h2>
            {description && <p className={classes.hint}>{description}</p>}
            <ul className={classes.entries}>
              {entries.map(({ key, name, signature, description: text, opens }) => (
                <li key={key}>
                  {opens ? (
                    <button type="button" className={classes.entry} onClick={() => setOpen(opens)}>
                      <b>{name}</b>
                      {signature}
                    </button>
                  ) : (
                    <span className={classes.entry}>
                      <b>{name}</b>
                      {signature}
                    </span>
                  )}
                  {text && <p className={classes.hint}>{text}</p>}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </aside>
  );
}
