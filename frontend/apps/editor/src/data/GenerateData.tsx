import { NumberInput } from "@mantine/core";
import { entityLabel, type Entity } from "@torque/model";
import { showToast, useLocale } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { SEED_APPLICATION } from "../api/documents";
import type { Application } from "../api/types";
import { useDocument } from "../model/ModelProvider";
import { MultiSelect } from "../parts/choices";
import { DialogForm, FormDialog } from "../parts/FormDialog";
import { useServices } from "../services";
import { makeRecords } from "./many";
import { TaskProgress } from "./TaskProgress";
import { useTask } from "./useTask";
import classes from "./data.module.css";

const MOST = 100_000;
const USUAL = 20;
const LARGEST_SEED = 2 ** 31 - 1;

export type GenerateDataProps = { application: Application; entity: Entity; onClose: () => void };

/** Makes up records by the model: of which entities, how many of each, and from which seed. */
export function GenerateData({ application, entity, onClose }: GenerateDataProps) {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const document = useDocument();
  const figure = new Intl.NumberFormat(useLocale());
  const { state, run, stop } = useTask();
  const [names, setNames] = useState<string[]>([entity.name]);
  const [count, setCount] = useState<number | string>(USUAL);
  const [seed, setSeed] = useState<number | string>(1);
  const [checked, setChecked] = useState(false);
  const wrong = {
    names: names.length === 0,
    count: typeof count !== "number" || count < 1 || count > MOST,
    seed: typeof seed !== "number",
  };
  const submit = (): void => {
    setChecked(true);
    if (typeof count !== "number" || typeof seed !== "number" || Object.values(wrong).some(Boolean)) return;
    let leftOut: readonly string[] = [];
    run(
      (signal, onProgress) =>
        makeRecords({ count, entities: names.length, signal, onProgress }, async (some) => {
          const { data } = await client.mutate({ mutation: SEED_APPLICATION, variables: { id: application.id, count: some, seed, entities: names } });
          const made = data?.seedApplication.created ?? 0;
          leftOut = data?.seedApplication.leftOut ?? [];
          // All or none: one that breaks a rule takes the others along.
          if (made === 0) throw new Error(t("generate.refused"));
          return made;
        }),
      (made) => {
        showToast({ message: [t("generate.done", { count: made, number: figure.format(made) }), ...leftOut].join(" ") });
        onClose();
      },
    );
  };
  return (
    <FormDialog opened title={t("generate.title", { name: application.label })} onClose={onClose}>
      {state.name === "running" ? (
        <TaskProgress label={t("generate.running")} progress={state.progress} onStop={stop} />
      ) : (
        <DialogForm verb={t("generate.verb")} failure={state.name === "failed" ? state.error : undefined} onSubmit={submit} onClose={onClose}>
          <div className={classes.task}>
            <p className={classes.text}>{t("generate.text")}</p>
            <MultiSelect
              label={t("generate.entities")}
              data={(document.entities ?? []).map((one) => ({ value: one.name, label: entityLabel(one) }))}
              value={names}
              onChange={setNames}
              searchable
              error={checked && wrong.names ? t("generate.noEntities") : undefined}
            />
            <div className={classes.pair}>
              <NumberInput data-autofocus label={t("generate.count")} min={1} max={MOST} clampBehavior="none" allowDecimal={false} allowNegative={false} thousandSeparator=" " value={count} onChange={setCount} error={checked && wrong.count ? t("generate.countRange", { most: figure.format(MOST) }) : undefined} />
              <NumberInput label={t("generate.seed")} min={0} max={LARGEST_SEED} allowDecimal={false} allowNegative={false} value={seed} onChange={setSeed} description={t("generate.seedHelp")} inputWrapperOrder={["label", "input", "description", "error"]} error={checked && wrong.seed ? t("generate.noSeed") : undefined} />
            </div>
          </div>
        </DialogForm>
      )}
    </FormDialog>
  );
}
