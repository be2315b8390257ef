import { IconButton } from "@torque/ui";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { IconX } from "../../icons";
import { Select } from "../../parts/choices";
import { firstCondition, isGroup, operatorsOf, type Condition, type Group, type Join, type Operator, type Part, type Place } from "./conditions";
import { ConditionValue } from "./ConditionValue";
import type { Asked } from "./fields";
import { GroupActions } from "./GroupActions";
import classes from "./conditions.module.css";

export type GroupProps = {
  group: Group;
  /** Where it stands; the outermost at []. */
  place: Place;
  fields: readonly Asked[];
  /** The part that was just added: the focus goes there. */
  fresh: string;
  onPart: (place: Place, change: (part: Part) => Part | null) => void;
  onAdd: (place: Place, part: Part) => void;
};

/** One condition to a line, "Where", "and" or "or" in front; a group stands in by a line. */
export function ConditionGroup(props: GroupProps) {
  const { group, place, onPart, fresh, fields } = props;
  const { t } = useTranslation("editor");
  const name = useId();
  return (
    <div className={classes.group} role="group" aria-label={place.length > 0 ? t("conditions.group") : t("conditions.title")} id={name} data-inner={place.length > 0 || undefined}>
      {group.parts.map((part, index) => {
        const at = [...place, index];
        const key = at.join(".");
        return (
          <div key={`${key}${isGroup(part) ? "" : part.field}`} className={classes.line} data-group={isGroup(part) || undefined}>
            <span className={classes.lead}>
              <Lead group={group} index={index} inner={place.length > 0} onChange={(change) => { onPart(place, (old) => (isGroup(old) ? { ...old, ...change } : old)); }} />
            </span>
            {isGroup(part) ? (
              <div className={classes.inner}>
                <ConditionGroup {...props} group={part} place={at} />
                <GroupActions fields={fields} place={at} onAdd={props.onAdd} onRemove={() => { onPart(at, () => null); }} />
              </div>
            ) : (
              <ConditionLine condition={part} fields={fields} fresh={fresh === key} onChange={(next) => { onPart(at, () => next); }} />
            )}
          </div>
        );
      })}
    </div>
  );
}

/** The word in front of a line: the second one says how all lines of the group are joined. */
function Lead({ group, index, inner, onChange }: { group: Group; index: number; inner: boolean; onChange: (change: Partial<Group>) => void }) {
  const { t } = useTranslation("editor");
  if (index === 0 && !inner) return t("conditions.where");
  if (index === 0) {
    const data = [{ value: "where", label: t("conditions.whereInner") }, { value: "not", label: t("conditions.not") }];
    return <Select aria-label={t("conditions.negation")} data={data} value={group.negated ? "not" : "where"} allowDeselect={false} onChange={(next) => { onChange({ negated: next === "not" }); }} />;
  }
  if (index > 1) return t(`conditions.${group.join}`);
  const joins = (["and", "or"] as const).map((value) => ({ value, label: t(`conditions.${value}`) }));
  return <Select<Join> aria-label={t("conditions.join")} data={joins} value={group.join} allowDeselect={false} onChange={(next) => { onChange({ join: next ?? "and" }); }} />;
}

type LineProps = { condition: Condition; fields: readonly Asked[]; fresh: boolean; onChange: (next: Part | null) => void };

function ConditionLine({ condition, fields, fresh, onChange }: LineProps) {
  const { t } = useTranslation("editor");
  const field = fields.find(({ path }) => path === condition.field);
  const choose = (path: string | null): void => {
    const next = fields.find((one) => one.path === path);
    if (next && next.path !== condition.field) onChange(firstCondition(next));
  };
  const ask = (operator: Operator | null): void => {
    if (operator && field) onChange({ ...condition, operator, values: valuesFor(condition, operator) });
  };
  return (
    <>
      <Select
        aria-label={t("conditions.field")}
        className={classes.field}
        data={grouped(fields, t("conditions.own"))}
        value={field ? condition.field : null}
        placeholder={condition.field}
        onChange={choose}
        allowDeselect={false}
        searchable
        selectFirstOptionOnChange
        autoFocus={fresh}
        onFocus={(event) => { event.currentTarget.select(); }}
        classNames={{ input: classes.mono }}
        comboboxProps={{ width: "max-content", position: "bottom-start" }}
      />
      {field && (
        <>
          <Select<Operator> aria-label={t("conditions.operator", { field: field.label })} className={classes.operator} data={operatorsOf(field).map((value) => ({ value, label: t(`operators.${kindOf(field)}.${value}`) }))} value={condition.operator} allowDeselect={false} onChange={ask} />
          <div className={classes.value}>
            <ConditionValue key={condition.operator} condition={condition} field={field} onChange={(values) => { onChange({ ...condition, values }); }} />
          </div>
        </>
      )}
      <IconButton label={t("conditions.remove", { field: field?.label ?? condition.field })} onClick={() => { onChange(null); }}>
        <IconX size={16} stroke={1.6} />
      </IconButton>
    </>
  );
}

/** Moments are asked "from" and "until", numbers "at least" and "at most". */
const kindOf = ({ type }: Asked): "moment" | "usual" => (type === "Date" || type === "DateTime" || type === "Time" ? "moment" : "usual");

/** What was entered stays where the other operator has a place for it. */
function valuesFor({ operator: before, values }: Condition, operator: Operator): readonly string[] {
  const many = (one: Operator): boolean => one === "in" || one === "nin";
  return many(before) === many(operator) ? values : many(operator) ? values.filter(Boolean).slice(0, 1) : values.slice(0, 1);
}

function grouped(fields: readonly Asked[], own: string): { group: string; items: { value: string; label: string }[] }[] {
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const { path, through } of fields) {
    const name = through ?? own;
    groups.set(name, [...(groups.get(name) ?? []), { value: path, label: path }]);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}
