import { IconPlus } from "../icons";
import type { Entity } from "@torque/model";
import { Button } from "@torque/ui";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../frame/CommandProvider";
import { SplitPane } from "../parts/SplitPane";
import { usePart } from "../parts/usePart";
import { FieldPanel } from "./FieldPanel";
import { EntityPreview } from "./EntityPreview";
import { FieldTable } from "./FieldTable";
import classes from "./entities.module.css";

/** The fields of an entity; the open one is edited at the end. */
export function FieldsTab({ entity, head }: { entity: Entity; head: ReactNode }) {
  const { t } = useTranslation("editor");
  const { open, show } = usePart("field");
  const field = entity.fields.find((candidate) => candidate.id === open || candidate.name === open);
  const adding = open === "new";
  useCommands(
    useMemo(
      () => [{ id: "add-field", group: "commands", title: t("fields.addTo", { name: entity.display_name ?? entity.name }), keys: "F", icon: IconPlus, run: () => { show("new"); } }],
      [t, entity.display_name, entity.name, show],
    ),
  );
  const table = (
    <>
      {head}
      <div className={classes.bar}>
        <p>{t("fields.legend")}</p>
        <Button kind="subtle" compact shortcut="F" icon={<IconPlus size={14} stroke={1.8} />} className={classes.add} onClick={() => { show("new"); }}>
          {t("fields.add")}
        </Button>
      </div>
      <div className={classes.grow}>
        <FieldTable entity={entity} open={field?.id} onOpen={show} />
      </div>
      <EntityPreview entity={entity} />
    </>
  );
  return (
    <SplitPane
      side="end"
      name="field"
      label={t("frame.resize")}
      initial={340}
      overlay
      pane={(field ?? adding) && <FieldPanel key={field?.id ?? "new"} entity={entity} field={field} onShow={show} />}
    >
      {table}
    </SplitPane>
  );
}
