import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconAlertCircle } from "../../icons/tabler";
import { Status } from "../Status/Status";
import type { StatusShape } from "../Status/shape";
import classes from "./FormSteps.module.css";
import type { Step } from "./steps";

export type FormStepsProps = {
  steps: readonly Step[];
  current: Step;
  /** Steps up to this one may be chosen. */
  reached: number;
  /** Names of fields that need attention. */
  broken: ReadonlySet<string>;
  /** Without it no step can be chosen. */
  onChoose?: (step: Step) => void;
};

/** Where the reader is in a form of steps: each step with its state, then the place in words. */
export function FormSteps({ steps, current, reached, broken, onChoose }: FormStepsProps) {
  const { t } = useTranslation("ui");
  const index = steps.indexOf(current);
  return (
    <div className={classes.steps}>
      <nav aria-label={t("form.steps")}>
        <ol className={classes.list}>
          {steps.map((step, at) => (
            <li key={step.at} className={classes.step} aria-current={step === current ? "step" : undefined} data-done={at < index || undefined}>
              <StepName step={step} state={step === current ? "half" : step.at <= reached && at < index ? "done" : "hollow"} broken={step.fields.some(({ name }) => broken.has(name))} onChoose={onChoose && step !== current && step.at <= reached ? () => onChoose(step) : undefined} />
            </li>
          ))}
        </ol>
      </nav>
      <p className={classes.place} role="status">
        {t("form.step", { at: index + 1, of: steps.length, title: current.title })}
      </p>
    </div>
  );
}

type StepNameProps = { step: Step; state: StatusShape; broken: boolean; onChoose?: () => void };

function StepName({ step, state, broken, onChoose }: StepNameProps) {
  const { t } = useTranslation("ui");
  const name = broken ? (
    <span className={classes.broken}>
      <IconAlertCircle aria-label={t("form.needsAttention")} />
      {step.title}
    </span>
  ) : (
    <Status label={step.title} shape={state} />
  );
  if (!onChoose) return <span className={classes.name}>{name}</span>;
  return (
    <UnstyledButton className={classes.name} onClick={onChoose}>
      {name}
    </UnstyledButton>
  );
}
