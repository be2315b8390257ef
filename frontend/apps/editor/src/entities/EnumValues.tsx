import { Menu, TextInput, UnstyledButton } from "@mantine/core";
import { IconArrowUp, IconPlus, IconX } from "../icons";
import { compact, toName, type EnumValue } from "@torque/model";
import { Button, IconButton, Status, statusShapes } from "@torque/ui";
import { useTranslation } from "react-i18next";
import parts from "../parts/parts.module.css";
import classes from "./entities.module.css";

type Value = string | EnumValue;

export type EnumValuesProps = { values: readonly Value[]; error?: string; onChange: (values: Value[]) => void };

const read = (value: Value): EnumValue => (typeof value === "string" ? { value } : value);

/** A value without more than itself is written as a plain string. */
function write(value: EnumValue): Value {
  const tidy = { ...compact(value), value: value.value };
  return Object.keys(tidy).length === 1 ? tidy.value : tidy;
}

/** The values of an enumeration, each with the word people read. */
export function EnumValues({ values, error, onChange }: EnumValuesProps) {
  const { t } = useTranslation("editor");
  const edit = (at: number, change: Partial<EnumValue>): void => {
    onChange(values.map((value, index) => (index === at ? write({ ...read(value), ...change }) : value)));
  };
  const up = (at: number): void => {
    onChange(values.map((value, index) => (index === at - 1 ? (values[at] ?? value) : index === at ? (values[at - 1] ?? value) : value)));
  };
  return (
    <fieldset className={classes.values}>
      <legend>{t("enum.title")}</legend>
      <ol>
        {values.map((raw, at) => {
          const value = read(raw);
          const place = { n: at + 1 };
          return (
            <li key={at}>
              <ShapeMenu label={t("enum.shape", place)} value={value} onChange={(color) => { edit(at, { color, icon: undefined }); }} />
              <TextInput
                aria-label={t("enum.label", place)}
                placeholder={t("enum.labelHint")}
                value={value.label ?? ""}
                onChange={(event) => {
                  const label = event.currentTarget.value;
                  const follows = value.value === toName(value.label ?? "");
                  edit(at, { label: label || undefined, ...(follows ? { value: toName(label) } : {}) });
                }}
              />
              <TextInput
                aria-label={t("enum.value", place)}
                placeholder={t("enum.valueHint")}
                spellCheck={false}
                classNames={{ input: parts.monoInput }}
                value={value.value}
                onChange={(event) => { edit(at, { value: event.currentTarget.value }); }}
              />
              <IconButton label={t("enum.up", place)} className={classes.plain} disabled={at === 0} onClick={() => { up(at); }}>
                <IconArrowUp size={16} stroke={1.6} />
              </IconButton>
              <IconButton label={t("enum.remove", place)} onClick={() => { onChange(values.filter((_, index) => index !== at)); }}>
                <IconX size={16} stroke={1.6} />
              </IconButton>
            </li>
          );
        })}
      </ol>
      {error && (
        <p role="alert" className={parts.formError}>
          {error}
        </p>
      )}
      <Button kind="subtle" compact className={classes.add} icon={<IconPlus size={14} stroke={1.8} />} onClick={() => { onChange([...values, ""]); }}>
        {t("enum.add")}
      </Button>
    </fieldset>
  );
}

/** Colours of the format, each with the shape that draws it. */
const COLORS = ["gray", "teal", "blue", "green", "amber", "red"] as const;

const shapeOf = (value: EnumValue) => statusShapes([{ ...value, label: value.label ?? value.value }]).get(value.value) ?? null;

/** The shape a value wears as a state; without one of its own, its word decides. */
function ShapeMenu({ label, value, onChange }: { label: string; value: EnumValue; onChange: (color: string | undefined) => void }) {
  const { t } = useTranslation("editor");
  const shape = shapeOf(value);
  return (
    <Menu>
      <Menu.Target>
        <UnstyledButton className={classes.shape} aria-label={label} title={label}>
          {shape ? <Status label="" shape={shape} /> : <span aria-hidden="true">–</span>}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => { onChange(undefined); }}>{t("enum.byWord")}</Menu.Item>
        {COLORS.map((color) => (
          <Menu.Item key={color} onClick={() => { onChange(color); }}>
            <Status label={t(`enum.color.${color}`)} shape={shapeOf({ value: "-", color })} />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
