import { Button } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { IconPlus } from "../../icons";
import { firstCondition, type Part, type Place } from "./conditions";
import type { Asked } from "./fields";
import classes from "./conditions.module.css";

/** Deeper groups than this are easier to write than to read. */
const DEEPEST = 3;

export type GroupActionsProps = {
  fields: readonly Asked[];
  place: Place;
  onAdd: (place: Place, part: Part) => void;
  /** Takes the group away. */
  onRemove?: () => void;
  /** Takes all conditions away. */
  onClear?: () => void;
};

/** What a group of conditions may get: one more, a group in it, or its end. */
export function GroupActions({ fields, place, onAdd, onRemove, onClear }: GroupActionsProps) {
  const { t } = useTranslation("editor");
  const [first] = fields;
  if (!first) return null;
  return (
    <div className={classes.actions}>
      <Button kind="subtle" compact icon={<IconPlus size={14} stroke={1.8} />} onClick={() => { onAdd(place, firstCondition(first)); }}>
        {t("conditions.add")}
      </Button>
      {place.length < DEEPEST && (
        <Button kind="subtle" compact onClick={() => { onAdd(place, { join: "or", negated: false, parts: [firstCondition(first)] }); }}>
          {t("conditions.addGroup")}
        </Button>
      )}
      {onRemove && (
        <Button kind="subtle" compact onClick={onRemove}>
          {t("conditions.removeGroup")}
        </Button>
      )}
      {onClear && (
        <Button kind="subtle" compact onClick={onClear}>
          {t("conditions.clear")}
        </Button>
      )}
    </div>
  );
}
