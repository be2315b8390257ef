/** A form in steps: which fields stand in which step, for what is visible now. */
import type { FormDefinition, FormField } from "@torque/protocol";

export type Step = {
  /** Its place in the definition: stays while other steps come and go. */
  at: number;
  title: string;
  fields: FormField[];
};

/** The steps that have something to fill in; fields that no step names join the last one. Empty for a form without steps. */
export function stepsOf({ steps = [], fields }: FormDefinition, visible: ReadonlySet<string>): Step[] {
  const named = new Set(steps.flatMap((step) => step.fields));
  const others = fields.filter(({ name }) => !named.has(name)).map(({ name }) => name);
  return steps
    .map(({ title, fields: names }, at): Step => {
      const own = at === steps.length - 1 ? [...names, ...others] : names;
      return { at, title, fields: own.flatMap((name) => fields.find((field) => field.name === name && visible.has(name)) ?? []) };
    })
    .filter(({ fields: own }) => own.length > 0);
}

/** The step that stands at `at`, or the nearest before it when that one has nothing to show now. */
export const stepAt = (steps: readonly Step[], at: number): Step | undefined => steps.findLast((step) => step.at <= at) ?? steps[0];

/** The step that holds a field. */
export const stepWith = (steps: readonly Step[], field: string): Step | undefined => steps.find(({ fields }) => fields.some(({ name }) => name === field));
