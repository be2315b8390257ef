import { TextInput } from "@mantine/core";
import { IconPlus, IconX } from "../icons";
import { compact, RULE_TYPES, SEVERITIES, type Field, type FieldType, type FieldTypeName, type RuleType, type ValidationRule } from "@torque/model";
import { Button, IconButton } from "@torque/ui";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "../parts/choices";
import { PanelSection } from "../parts/EditPanel";
import parts from "../parts/parts.module.css";
import { useDocument } from "../model/ModelProvider";
import classes from "./entities.module.css";

export type FieldRulesProps = { type: FieldType; rules: Field["validation"]; error: string | undefined; onEdit: (change: Partial<Field>) => void };

const NONE: ValidationRule[] = [];

/** The rules values must fulfil, each with its message and how severe breaking it is. */
export const FieldRules = memo(function FieldRules({ type, rules = NONE, error, onEdit }: FieldRulesProps) {
  const { t } = useTranslation("editor");
  const put = (next: ValidationRule[]): void => {
    onEdit({ validation: next });
  };
  const append = (
    <Button kind="subtle" compact className={classes.add} icon={<IconPlus size={14} stroke={1.8} />} onClick={() => { put([...rules, { type: "MinLength" }]); }}>
      {t("rules.add")}
    </Button>
  );
  return (
    <PanelSection title={t("rules.title")} action={append}>
      {rules.map((rule, at) => (
        <Rule
          key={at}
          kind={type.type === "Array" ? type.element_type.type : type.type}
          rule={rule}
          number={at + 1}
          onChange={(next) => { put(rules.map((old, index) => (index === at ? next : old))); }}
          onRemove={() => { put(rules.filter((_, index) => index !== at)); }}
        />
      ))}
      {error && (
        <p role="alert" className={parts.formError}>
          {error}
        </p>
      )}
    </PanelSection>
  );
});

type RuleProps = { kind: FieldTypeName; rule: ValidationRule; number: number; onChange: (rule: ValidationRule) => void; onRemove: () => void };

function Rule({ kind, rule, number, onChange, onRemove }: RuleProps) {
  const { t } = useTranslation("editor");
  return (
    <div className={classes.rule} role="group" aria-label={t("rules.one", { n: number })}>
      <Select
        aria-label={t("rules.type")}
        allowDeselect={false}
        data={RULE_TYPES.map((value) => ({ value, label: t(`ruleType.${value}`) }))}
        value={rule.type}
        onChange={(type) => { onChange(compact({ type: type as RuleType, message: rule.message, severity: rule.severity })); }}
      />
      <RuleValue kind={kind} rule={rule} onChange={(value) => { onChange(compact({ ...rule, value })); }} />
      <IconButton label={t("rules.remove", { n: number })} onClick={onRemove}>
        <IconX size={16} stroke={1.6} />
      </IconButton>
      <TextInput
        className={classes.ruleMessage}
        aria-label={t("rules.message")}
        placeholder={t("rules.message")}
        value={rule.message ?? ""}
        onChange={(event) => { onChange(compact({ ...rule, message: event.currentTarget.value })); }}
      />
      <Select
        className={classes.ruleSeverity}
        aria-label={t("rules.severity")}
        allowDeselect={false}
        data={SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) }))}
        value={rule.severity ?? "Error"}
        onChange={(severity) => { onChange(compact({ ...rule, severity: severity === "Error" ? undefined : (severity ?? undefined) })); }}
      />
    </div>
  );
}

function asNumber(text: string): number | string | undefined {
  if (text.trim() === "") return undefined;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

const asText = (text: string): string | undefined => text.trim() || undefined;

function RuleValue({ kind, rule, onChange }: { kind: FieldTypeName; rule: ValidationRule; onChange: (value: unknown) => void }) {
  const { t } = useTranslation("editor");
  const { xflows = [] } = useDocument();
  switch (rule.type) {
    case "MinLength":
    case "MaxLength":
      return (
        <TextInput
          aria-label={t("rules.length")}
          placeholder={t("rules.length")}
          inputMode="numeric"
          value={rule.value === undefined ? "" : String(rule.value)}
          onChange={(event) => { onChange(asNumber(event.currentTarget.value)); }}
        />
      );
    case "Pattern":
      return (
        <TextInput
          aria-label={t("rules.pattern")}
          placeholder="^[A-Z]{2}-\d+$"
          spellCheck={false}
          classNames={{ input: parts.monoInput }}
          value={rule.value === undefined ? "" : String(rule.value)}
          onChange={(event) => { onChange(event.currentTarget.value); }}
        />
      );
    case "Range":
      return <RangeValue kind={kind} value={rule.value} onChange={onChange} />;
    case "Custom":
      return (
        <Select
          aria-label={t("rules.workflow")}
          placeholder={t("rules.workflow")}
          data={xflows.map((xflow) => ({ value: xflow.id, label: xflow.name }))}
          value={typeof rule.value === "string" ? rule.value : null}
          onChange={onChange}
        />
      );
    case "Required":
    case "Email":
    case "Url":
      return <span className={classes.noValue}>{t(`rules.means.${rule.type}`)}</span>;
    default:
      return rule.type satisfies never;
  }
}

/** How bounds of days, times and moments are written; what else has bounds is a number. */
const FORMS: Partial<Record<FieldTypeName, string>> = { Date: "2026-01-31", Time: "09:15:00", DateTime: "2026-01-31T09:15:00Z" };

type Ends = { min?: number | string; max?: number | string };

function RangeValue({ kind, value, onChange }: { kind: FieldTypeName; value: unknown; onChange: (value: unknown) => void }) {
  const { t } = useTranslation("editor");
  const range: Ends = typeof value === "object" && value !== null ? value : {};
  const form = FORMS[kind];
  const end = (name: keyof Ends, sign: string) => (
    <End
      label={t(`fields.${name}`)}
      hint={form && `${sign} ${form}`}
      value={range[name]}
      onChange={(next) => { onChange(compact({ ...range, [name]: next })); }}
    />
  );
  return (
    <div className={classes.two}>
      {end("min", "≥")}
      {end("max", "≤")}
    </div>
  );
}

type EndProps = { label: string; hint: string | undefined; value: number | string | undefined; onChange: (value: number | string | undefined) => void };

/** One bound: text where a hint says how it is written, else a number. */
function End({ label, hint, value, onChange }: EndProps) {
  const [typed, setTyped] = useState("");
  const read = hint ? asText : asNumber;
  return (
    <TextInput
      aria-label={label}
      placeholder={hint ?? label}
      inputMode={hint ? "text" : "decimal"}
      // What was typed stays as long as it means the value: "1." on the way to 1.5.
      value={read(typed) === value ? typed : String(value ?? "")}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(read(event.currentTarget.value));
      }}
    />
  );
}
