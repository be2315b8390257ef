import type { FormDefinition } from "@torque/protocol";
import { useEffect, useState } from "react";
import { conflictsOf, type Conflicts } from "./conflicts";
import { changedFields, type InputValues } from "./convert";
import type { DraftPlace, FormDraft } from "./Form.types";

const part = (values: InputValues, names: readonly string[]): InputValues => Object.fromEntries(names.map((name) => [name, values[name] ?? null]));

export type Kept = { /** What the form begins with: what is saved, and over it what was typed before. */ values: InputValues; conflicts: Conflicts; drafted: boolean };

/** What was typed into this form before it went, for the form's first moment. */
export function useKept(definition: FormDefinition, place: DraftPlace | undefined, start: InputValues): Kept {
  const [kept] = useState((): Kept => {
    const draft = place?.read();
    if (!draft) return { values: start, conflicts: new Map(), drafted: false };
    const names = definition.fields.filter(({ name, readOnly }) => name in draft.values && !readOnly).map(({ name }) => name);
    const values = { ...start, ...part(draft.values, names) };
    return { values, conflicts: conflictsOf(definition, { ...start, ...part(draft.base, names) }, start, values), drafted: true };
  });
  return kept;
}

/** Keeps what differs from what is saved, and nothing once nothing does. */
export function useKeeping(definition: FormDefinition, place: DraftPlace | undefined, saved: InputValues, values: InputValues): void {
  const changed = changedFields(definition, saved, values);
  const text = changed.length > 0 ? JSON.stringify({ values: part(values, changed), base: part(saved, changed) } satisfies FormDraft) : null;
  useEffect(() => {
    place?.write(text === null ? null : (JSON.parse(text) as FormDraft));
  }, [place, text]);
}
