import { Button, Group, Radio, TextInput } from "@mantine/core";
import { entityLabel, type Entity } from "@torque/model";
import type { Filters } from "@torque/protocol";
import { useRuntime } from "@torque/runtime";
import { showToast, useLocale } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EMPTY_APPLICATION } from "../api/documents";
import { messageOf } from "../api/errors";
import type { Application } from "../api/types";
import { FormDialog } from "../parts/FormDialog";
import parts from "../parts/parts.module.css";
import { useServices } from "../services";
import type { Counts } from "./counts";
import { deleteRecords, type Deleted } from "./many";
import { TaskProgress } from "./TaskProgress";
import { useMatchCount } from "./useMatchCount";
import { useTask } from "./useTask";
import classes from "./data.module.css";

type Scope = "matching" | "entity" | "application";

export type DeleteRecordsProps = {
  application: Application;
  entity: Entity;
  counts: Counts;
  /** What the list is narrowed by; null when it shows all. */
  filters: Filters | null;
  search: string;
  onClose: () => void;
};

/** Deletes what the list shows, all records of its entity, or all of the application; the name has to be typed. */
export function DeleteRecords({ application, entity, counts, filters, search, onClose }: DeleteRecordsProps) {
  const { t } = useTranslation("editor");
  const { client } = useRuntime();
  const { client: graphql } = useServices();
  const figure = new Intl.NumberFormat(useLocale());
  const { state, run, stop } = useTask();
  const narrowed = filters !== null || search !== "";
  const matching = useMatchCount(client, entity.name, narrowed ? { filters: filters ?? {}, search } : null);
  const [scope, setScope] = useState<Scope>(narrowed ? "matching" : "entity");
  const [typed, setTyped] = useState("");
  const [mismatch, setMismatch] = useState(false);
  const name = scope === "application" ? application.name : entity.name;
  const numbers: Record<Scope, number | undefined> = { matching, entity: counts[entity.name], application: Object.values(counts).reduce((sum, one) => sum + one, 0) };
  const line = (one: Scope): string => {
    const count = numbers[one];
    return t(`deleting.${one}`, { name: entityLabel(entity), application: application.label, number: count === undefined ? "…" : figure.format(count), count: count ?? 0 });
  };
  const told = ({ deleted, refused, reason }: Deleted): void => {
    const done = t("deleting.done", { count: deleted, number: figure.format(deleted) });
    showToast(refused > 0 ? { kind: "error", message: `${done} ${t("deleting.kept", { count: refused, number: figure.format(refused), reason })}` } : { message: done });
    onClose();
  };
  const confirm = (): void => {
    setMismatch(typed !== name);
    if (typed !== name) return;
    if (scope === "application") {
      run(async () => (await graphql.mutate({ mutation: EMPTY_APPLICATION, variables: { id: application.id, confirm: typed } })).data?.emptyApplication ?? 0, (deleted) => { told({ deleted, refused: 0, reason: "" }); });
      return;
    }
    const asked = scope === "matching" ? { filters: filters ?? {}, search } : { filters: {}, search: "" };
    run((signal, onProgress) => deleteRecords(client, { entityType: entity.name, ...asked, of: numbers[scope] ?? 0, signal, onProgress }), told);
  };
  return (
    <FormDialog opened title={t("deleting.title")} onClose={onClose}>
      {state.name === "running" ? (
        <TaskProgress label={t("deleting.running")} progress={state.progress} onStop={scope === "application" ? null : stop} />
      ) : (
        <form
          className={classes.task}
          onSubmit={(event) => {
            event.preventDefault();
            confirm();
          }}
        >
          <Radio.Group aria-label={t("deleting.scope")} value={scope} onChange={(next) => { setScope(next as Scope); setMismatch(false); }}>
            <div className={classes.scopes}>
              {(narrowed ? (["matching", "entity", "application"] as const) : (["entity", "application"] as const)).map((one) => (
                <Radio key={one} value={one} label={line(one)} />
              ))}
            </div>
          </Radio.Group>
          <p className={classes.text}>{t(scope === "application" ? "deleting.wholeText" : "deleting.text")}</p>
          <TextInput label={t("confirm.type", { name })} value={typed} onChange={(event) => { setTyped(event.currentTarget.value); }} error={mismatch ? t("confirm.mismatch", { name }) : undefined} classNames={{ input: parts.monoInput }} autoComplete="off" />
          {state.name === "failed" && (
            <p role="alert" className={parts.formError}>
              {messageOf(state.error)}
            </p>
          )}
          <Group justify="flex-end" gap="sm">
            <Button onClick={onClose} data-autofocus>
              {t("cancel")}
            </Button>
            <Button type="submit" className={parts.destructive}>
              {t("deleting.verb")}
            </Button>
          </Group>
        </form>
      )}
    </FormDialog>
  );
}
