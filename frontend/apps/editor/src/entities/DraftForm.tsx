import { Group } from "@mantine/core";
import { entityLabel, type Entity } from "@torque/model";
import { Button } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCommit } from "../model/ModelProvider";
import type { Draft } from "./useDraft";
import parts from "../parts/parts.module.css";
import classes from "./entities.module.css";

export type DraftFormProps = {
  entity: Entity;
  draft: Draft<Entity>;
  /** What is wrong beyond what stands at an input. */
  error?: string;
  /** Called before applying; false when something has to be mended first. */
  onCheck: () => boolean;
  children: ReactNode;
};

/** Members of an entity as a form of the whole width, with what would change and Apply at its foot. */
export function DraftForm({ entity, draft, error, onCheck, children }: DraftFormProps) {
  const { t } = useTranslation("editor");
  const commit = useCommit();
  return (
    <form
      noValidate
      className={classes.settings}
      onSubmit={(event) => {
        event.preventDefault();
        if (onCheck() && commit(draft.changes, t("entities.changed", { name: entityLabel(draft.value) || entityLabel(entity) }))) draft.discard();
      }}
    >
      {children}
      {error && (
        <p role="alert" className={parts.formError}>
          {error}
        </p>
      )}
      <Group gap="sm" className={classes.settingsFoot}>
        <span role="status">{draft.count ? t("panel.changes", { count: draft.count }) : t("panel.same")}</span>
        {draft.count > 0 && <Button onClick={draft.discard}>{t("panel.discard")}</Button>}
        <Button type="submit" kind="primary">
          {t("panel.apply")}
        </Button>
      </Group>
    </form>
  );
}
