import { useState } from "react";
import { firstCondition, isGroup, withPart, type Group, type Part, type Place } from "./conditions";
import { ConditionGroup } from "./ConditionGroup";
import type { Asked } from "./fields";
import { GroupActions } from "./GroupActions";
import classes from "./conditions.module.css";

export type ConditionsProps = {
  id: string;
  group: Group;
  fields: readonly Asked[];
  onChange: (group: Group) => void;
  /** Takes all of them away. */
  onClear: () => void;
};

/** The builder of conditions: every question the query language knows, joined by "and" and "or". */
export function Conditions({ id, group, fields, onChange, onClear }: ConditionsProps) {
  const [fresh, setFresh] = useState("");
  const [first] = fields;
  // Opened without a condition, it begins with one that asks nothing yet.
  const shown: Group = group.parts.length === 0 && first ? { ...group, parts: [firstCondition(first)] } : group;
  const change = (place: Place, next: (part: Part) => Part | null): void => {
    const whole = place.length === 0 ? next(shown) : withPart(shown, place, next);
    if (whole && isGroup(whole)) onChange(whole);
  };
  const add = (place: Place, part: Part): void => {
    change(place, (old) => {
      if (!isGroup(old)) return old;
      setFresh([...place, old.parts.length, ...(isGroup(part) ? [0] : [])].join("."));
      return { ...old, parts: [...old.parts, part] };
    });
  };
  return (
    <div id={id} className={classes.builder}>
      <ConditionGroup group={shown} place={[]} fields={fields} fresh={fresh} onPart={change} onAdd={add} />
      <GroupActions fields={fields} place={[]} onAdd={add} onClear={onClear} />
    </div>
  );
}
