import { fieldLabel, move, typeLine, worst, SYSTEM_FIELDS, type Entity, type Field, type Severity as Level } from "@torque/model";
import { memo, useMemo, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useCommit, useDocument, useSession } from "../model/ModelProvider";
import { Severity } from "../parts/Severity";
import { FieldIcon } from "./FieldIcon";
import { rulesLine } from "./rulesLine";
import classes from "./entities.module.css";

export type FieldTableProps = { entity: Entity; open: string | undefined; onOpen: (id: string) => void };

/** One line per field: name, label, type, rules, and whether it is required, unique, indexed. */
export function FieldTable({ entity, open, onOpen }: FieldTableProps) {
  const { t } = useTranslation("editor");
  const levels = useLevels(entity);
  return (
    <div className={classes.scroll}>
      <table className={classes.fields}>
        <thead>
          <tr>
            <th scope="col">{t("fields.name")}</th>
            <th scope="col">{t("fields.label")}</th>
            <th scope="col">{t("fields.type")}</th>
            <th scope="col">{t("fields.rules")}</th>
            <th scope="col" className={classes.flags}>
              <abbr title={t("fields.required")}>R</abbr>
              <abbr title={t("fields.unique")}>U</abbr>
              <abbr title={t("fields.indexed")}>I</abbr>
            </th>
          </tr>
        </thead>
        <tbody>
          {entity.fields.map((field, index) => (
            <FieldRow key={field.id} field={field} index={index} count={entity.fields.length} level={levels.get(index)} selected={field.id === open} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
      {entity.fields.length === 0 && <p className={classes.none}>{t("fields.none")}</p>}
    </div>
  );
}

/** The worst that verification says of each field, by its place. */
function useLevels(entity: Entity): ReadonlyMap<number, Level | undefined> {
  const { entities = [] } = useDocument();
  const findings = useSession("findings");
  return useMemo(() => {
    const start = `/entities/${String(entities.findIndex(({ id }) => id === entity.id))}/fields/`;
    const said = findings.filter(({ severity, pointer }) => severity !== "Info" && pointer.startsWith(start));
    const places = new Set(said.map(({ pointer }) => Number.parseInt(pointer.slice(start.length), 10)));
    return new Map([...places].map((place) => [place, worst(said.filter(({ pointer }) => Number.parseInt(pointer.slice(start.length), 10) === place))]));
  }, [entities, entity.id, findings]);
}

type RowProps = { field: Field; index: number; count: number; level: Level | undefined; selected: boolean; onOpen: (id: string) => void };

const FieldRow = memo(function FieldRow({ field, index, count, level, selected, onOpen }: RowProps) {
  const { t } = useTranslation("editor");
  const commit = useCommit();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    const to = index + step;
    if (to < 0 || to >= count) return;
    event.preventDefault();
    if (event.altKey) commit([move("Field", field.id, to)], t("fields.moved", { name: field.name }));
    else event.currentTarget.closest("tbody")?.querySelectorAll<HTMLElement>("button")[to]?.focus();
  };
  const flag = (on: boolean | undefined, letter: string, word: string) =>
    on ? (
      <b>
        <span aria-hidden="true">{letter}</span>
        <span className="tq-visually-hidden">{word} </span>
      </b>
    ) : (
      <span aria-hidden="true">·</span>
    );
  return (
    <tr aria-selected={selected} data-selected={selected || undefined} onClick={() => { onOpen(field.id); }}>
      <td>
        <FieldIcon type={field.field_type} />
        <button
          type="button"
          aria-expanded={selected}
          onKeyDown={onKeyDown}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(field.id);
          }}
        >
          <code>{field.name}</code>
        </button>
      </td>
      <td>{fieldLabel(field)}</td>
      <td>{typeLine(field.field_type)}</td>
      <td>
        <span className={level ? classes.faulty : classes.rules} data-level={level}>
          {level && <Severity level={level} size={14} />}
          {SYSTEM_FIELDS.has(field.name) ? t("fields.system") : rulesLine(field, t)}
        </span>
      </td>
      <td className={classes.flags}>
        {flag(field.required, "R", t("fields.required"))}
        {flag(field.unique, "U", t("fields.unique"))}
        {flag(field.indexed, "I", t("fields.indexed"))}
      </td>
    </tr>
  );
});
