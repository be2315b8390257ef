import { fieldLabel, move, typeLine, worst, SYSTEM_FIELDS, type Entity, type Field } from "@torque/model";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useCommit, useSessionState } from "../model/ModelProvider";
import { Severity } from "../parts/Severity";
import { FieldIcon } from "./FieldIcon";
import { rulesLine } from "./rulesLine";
import classes from "./entities.module.css";

export type FieldTableProps = { entity: Entity; open: string | undefined; onOpen: (id: string) => void };

/** One line per field: name, label, type, rules, and whether it is required, unique, indexed. */
export function FieldTable({ entity, open, onOpen }: FieldTableProps) {
  const { t } = useTranslation("editor");
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
            <FieldRow key={field.id} entity={entity} field={field} index={index} selected={field.id === open} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
      {entity.fields.length === 0 && <p className={classes.none}>{t("fields.none")}</p>}
    </div>
  );
}

type RowProps = { entity: Entity; field: Field; index: number; selected: boolean; onOpen: (id: string) => void };

function FieldRow({ entity, field, index, selected, onOpen }: RowProps) {
  const { t } = useTranslation("editor");
  const commit = useCommit();
  const { document, findings } = useSessionState();
  const pointer = `/entities/${String(document.entities?.findIndex(({ id }) => id === entity.id) ?? -1)}/fields/${String(index)}/`;
  const found = findings.filter((finding) => finding.severity !== "Info" && `${finding.pointer}/`.startsWith(pointer));
  const level = worst(found);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    const to = index + step;
    if (to < 0 || to >= entity.fields.length) return;
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
}
