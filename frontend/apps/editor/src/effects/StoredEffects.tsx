import { entityLabel, fieldLabel, type ModelDocument } from "@torque/model";
import { IconDatabase } from "../icons";
import { useTranslation } from "react-i18next";
import type { StoredEffect } from "../api/types";
import classes from "./effects.module.css";

const SAID = new Set(["Removed", "Required", "Unique", "Reference", "Type", "Enum"]);

/** How many stored records lose sight of a value or break a rule, one line each. */
export function StoredEffects({ effects, document }: { effects: readonly StoredEffect[]; document: ModelDocument | undefined }) {
  return (
    <ul className={classes.stored}>
      {effects.map((effect) => (
        <li key={[effect.application, effect.entity, effect.field, effect.rule].join("/")}>
          <IconDatabase size={16} stroke={1.6} aria-hidden="true" />
          <Line effect={effect} document={document} />
        </li>
      ))}
    </ul>
  );
}

function Line({ effect, document }: { effect: StoredEffect; document: ModelDocument | undefined }) {
  const { t } = useTranslation("editor");
  const entity = document?.entities?.find((one) => one.name === effect.entity);
  const field = entity?.fields.find((one) => one.name === effect.field);
  const words = {
    entity: entity ? entityLabel(entity) : effect.entity,
    field: field ? fieldLabel(field) : (effect.field ?? ""),
    rule: t(`ruleType.${effect.rule}`, { defaultValue: effect.rule }),
  };
  const said = effect.field === null ? (effect.rule === "Removed" ? "hidden" : "record") : SAID.has(effect.rule) ? effect.rule : "rule";
  const count = effect.records === effect.of ? t("stored.all", { count: effect.of }) : t("stored.some", { count: effect.records, of: effect.of });
  return (
    <p>
      <b>{effect.complete ? count : t("stored.least", { count: effect.records, of: effect.of })}</b> {t(`stored.${said}`, words)}{" "}
      · <code>{effect.application}</code>
    </p>
  );
}
