import { Switch } from "@mantine/core";
import { LIFECYCLE_EVENTS, type Entity, type LifecycleHook } from "@torque/model";
import { Button, IconButton } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconArrowUp, IconPlus, IconX } from "../icons";
import { useDocument } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { DraftForm } from "./DraftForm";
import { useDraft } from "./useDraft";
import classes from "./entities.module.css";

const hooksOf = ({ id, name, lifecycle_hooks }: Entity): Pick<Entity, "id" | "name" | "lifecycle_hooks"> => ({ id, name, lifecycle_hooks: lifecycle_hooks ?? [] });
const inOrder = (hooks: readonly LifecycleHook[]): LifecycleHook[] => [...hooks].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));

/** The workflows that records start when something happens to them, in the order in which they run. */
export function HooksTab({ entity }: { entity: Entity }) {
  const { t } = useTranslation("editor");
  const { xflows = [] } = useDocument();
  const draft = useDraft("Entity", entity.id, hooksOf(entity) as Entity, (one) => one);
  const [checked, setChecked] = useState(false);
  const hooks = inOrder(draft.value.lifecycle_hooks ?? []);
  const put = (next: readonly LifecycleHook[]): void => {
    draft.edit({ lifecycle_hooks: next.map((hook, order) => ({ ...hook, order })) });
  };
  const change = (at: number, part: Partial<LifecycleHook>): void => {
    put(hooks.map((hook, index) => (index === at ? { ...hook, ...part } : hook)));
  };
  const missing = hooks.some(({ xflow }) => !xflow);
  const workflows = xflows.map((flow) => ({ value: flow.id, label: flow.name }));
  return (
    <DraftForm entity={entity} draft={draft} error={checked && missing ? t("hooks.noWorkflow") : undefined} onCheck={() => { setChecked(true); return !missing; }}>
      <p className={classes.about}>{t("hooks.about")}</p>
      {hooks.map((hook, at) => {
        const known = workflows.some(({ value }) => value === hook.xflow) ? workflows : [...workflows, { value: hook.xflow, label: hook.xflow }].filter(({ value }) => value);
        const events = [...new Set<string>([...LIFECYCLE_EVENTS, hook.event])];
        return (
          <div key={at} className={classes.hook} role="group" aria-label={t("hooks.one", { n: at + 1 })}>
            <div className={classes.hookChoice}>
              <Select aria-label={t("hooks.event")} allowDeselect={false} data={events.map((value) => ({ value, label: t(`event.${value}`) }))} value={hook.event} onChange={(event) => { change(at, { event: event ?? hook.event }); }} />
              <Select aria-label={t("rules.workflow")} placeholder={t("rules.workflow")} allowDeselect={false} searchable data={known} value={hook.xflow || null} onChange={(xflow) => { change(at, { xflow: xflow ?? "" }); }} />
            </div>
            <Switch label={t("hooks.enabled")} checked={hook.enabled !== false} onChange={(event) => { change(at, { enabled: event.currentTarget.checked }); }} />
            <IconButton label={t("hooks.up", { n: at + 1 })} className={classes.plain} disabled={at === 0} onClick={() => { put([...hooks.slice(0, at - 1), hook, ...hooks.slice(at - 1, at), ...hooks.slice(at + 1)]); }}>
              <IconArrowUp size={16} stroke={1.6} />
            </IconButton>
            <IconButton label={t("hooks.remove", { n: at + 1 })} onClick={() => { put(hooks.filter((_, index) => index !== at)); }}>
              <IconX size={16} stroke={1.6} />
            </IconButton>
          </div>
        );
      })}
      {workflows.length === 0 && <p className={classes.about}>{t("hooks.noWorkflows")}</p>}
      <div>
        <Button kind="subtle" compact className={classes.add} icon={<IconPlus size={14} stroke={1.8} />} onClick={() => { put([...hooks, { event: "BeforeCreate", xflow: workflows.length === 1 ? (workflows[0]?.value ?? "") : "" }]); }}>
          {t("hooks.add")}
        </Button>
      </div>
    </DraftForm>
  );
}
