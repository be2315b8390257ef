import { useEffect, useRef, useState } from "react";
import { stepAt, stepsOf, stepWith, type Step } from "./steps";
import type { FormState } from "./useFormState";
import type { FormProps } from "./Form.types";

export type Wizard = {
  steps: Step[];
  current: Step | undefined;
  isFirst: boolean;
  isLast: boolean;
  /** Steps up to this one may be chosen directly. */
  reached: number;
  next: () => Promise<void>;
  back: () => void;
  goTo: (step: Step) => void;
  /** Shows the field, in whatever step it is, and puts the focus on it. */
  focus: (field: string) => void;
};

/** Walks through the steps of a form. A form without steps is one that is always at its end. */
export function useSteps({ definition, record }: FormProps, { form, visible }: FormState): Wizard {
  const steps = stepsOf(definition, visible);
  const [at, setAt] = useState(0);
  // All of an existing record has been filled in before: any step may be opened.
  const [furthest, setFurthest] = useState(0);
  const wanted = useRef<string | null>(null);
  const current = stepAt(steps, at);
  const index = current ? steps.indexOf(current) : 0;
  useEffect(() => {
    if (wanted.current) form.setFocus(wanted.current);
    wanted.current = null;
  }, [at, form]);
  const goTo = (step: Step, field?: string): void => {
    wanted.current = field ?? step.fields.find(({ readOnly }) => !readOnly)?.name ?? null;
    setAt(step.at);
    setFurthest((before) => Math.max(before, step.at));
  };
  return {
    steps,
    current,
    isFirst: index === 0,
    isLast: index >= steps.length - 1,
    reached: record ? Number.POSITIVE_INFINITY : furthest,
    next: async () => {
      const following = steps[index + 1];
      const names = current?.fields.map(({ name }) => name) ?? [];
      const holds = await form.trigger(names);
      const broken = names.find((name) => form.getFieldState(name).error);
      if (broken) form.setFocus(broken);
      if (holds && following) goTo(following);
    },
    back: () => {
      const before = steps[index - 1];
      if (before) goTo(before);
    },
    goTo: (step) => goTo(step),
    focus: (field) => {
      const step = stepWith(steps, field);
      if (step && step !== current) goTo(step, field);
      else form.setFocus(field);
    },
  };
}
