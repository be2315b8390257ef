import { TextInput } from "@mantine/core";
import { IconPlus, IconX } from "../icons";
import { compact, RULE_TYPES, SEVERITIES, type Field, type RuleType, type ValidationRule } from "@torque/model";
import { Button, IconButton } from "@torque/ui";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "../parts/choices";
import { PanelSection } from "../parts/EditPanel";
import parts from "../parts/parts.module.css";
import { useDocument } from "../model/ModelProvider";
import classes from "./entities.module.css";

export type FieldRulesProps = { rules: Field["validation"]; error: string | undefined; onEdit: (change: Partial<Field>) => void };

const NONE: ValidationRule[] = [];

/** The rules values must fulfil, each with its message and how severe breaking it is. */
export const FieldRules = memo(function FieldRules({ rules = NONE, error, onEdit }: FieldRulesProps) {
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

type RuleProps = { rule: ValidationRule; number: number; onChange: (rule: ValidationRule) => void; onRemove: () => void };

function Rule({ rule, number, onChange, onRemove }: RuleProps) {
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
      <RuleValue rule={rule} onChange={(value) => { onChange(compact({ ...rule, value })); }} />
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

function RuleValue({ rule, onChange }: { rule: ValidationRule; onChange: (value: unknown) => void }) {
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
      return <RangeValue value={rule.value} onChange={onChange} />;
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

function RangeValue({ value, onChange }: { value: unknown; onChange: (value: unknown) => void }) {
  const { t } = useTranslation("editor");
  const range = (typeof value === "object" && value !== null ? value : {}) as { min?: number; max?: number };
  const end = (name: "min" | "max") => (
    <TextInput
      aria-label={t(`fields.${name}`)}
      placeholder={t(`fields.${name}`)}
      inputMode="decimal"
      value={range[name] ?? ""}
      onChange={(event) => { onChange(compact({ ...range, [name]: asNumber(event.currentTarget.value) })); }}
    />
  );
  return (
    <div className={classes.two}>
      {end("min")}
      {end("max")}
    </div>
  );
}
