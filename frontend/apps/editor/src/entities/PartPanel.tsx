import { TextInput } from "@mantine/core";
import { remove, type Change, type Finding, type ListedKind } from "@torque/model";
import { showToast } from "@torque/ui";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCareful } from "../effects/CarefulProvider";
import { EffectNote } from "../effects/EffectNote";
import { useEffectOf } from "../effects/useEffectOf";
import { useSession, useSteps } from "../model/ModelProvider";
import { EditPanel } from "../parts/EditPanel";
import parts from "../parts/parts.module.css";
import type { Draft } from "./useDraft";

export type PartPanelProps<T extends { name: string }> = {
  kind: ListedKind;
  /** The group of texts: `new`, `add`, `added`, `changed`, `remove`, `removed`, `removedToast`. */
  words: "fields" | "constraints" | "indexes" | "relationships";
  /** Undefined adds a new one. */
  id: string | undefined;
  /** What stands in the head; default: the name that is stored. */
  title?: string;
  /** What people call it; default: the name. */
  label?: string;
  icon?: ReactNode;
  tools?: ReactNode;
  stored: T;
  draft: Draft<T>;
  /** From what is stored to the draft, or what adds it. */
  changes: Change[];
  /** How many things have to be mended. */
  errors: number;
  /** Ids of findings with which nothing is applied: they are said at their input. */
  refusals?: readonly string[];
  /** The part's id once the changes are made. */
  idAfter: string;
  onShow: (id: string | null) => void;
  /** The inputs; whether what is wrong is shown already, and what the server says against the draft. */
  children: (checked: boolean, refusal: string | undefined) => ReactNode;
};

/** Edits one part of an entity: what applying would do stands above the foot, and nothing is a change before it. */
export function PartPanel<T extends { name: string }>(props: PartPanelProps<T>) {
  const { kind, words, id, stored, draft, changes, refusals = [], idAfter, onShow, children } = props;
  const { t } = useTranslation("editor");
  const careful = useCareful();
  const steps = useSteps();
  const [checked, setChecked] = useState(false);
  const findings = useSession("findings");
  const effect = useEffectOf(props.errors === 0 ? changes : []);
  const refusedBy = (found: readonly Finding[]): Finding | undefined => found.find((finding) => refusals.includes(finding.id));
  const refusal = refusedBy(effect?.name === "known" ? effect.findings : changes.length ? [] : findings);
  const errors = props.errors + (refusal ? 1 : 0);
  const name = props.label ?? draft.value.name;
  const verb = t(id === undefined ? `${words}.add` : "panel.apply");
  const apply = (): void => {
    setChecked(true);
    if (errors) return;
    careful({
      changes,
      message: t(id === undefined ? `${words}.added` : `${words}.changed`, { name }),
      verb,
      shown: effect,
      refused: (found) => refusedBy(found) !== undefined,
      then: () => {
        draft.discard();
        setChecked(false);
        if (idAfter !== id) onShow(idAfter);
      },
    });
  };
  const removePart = (target: string): void => {
    careful({
      changes: [remove(kind, target)],
      message: t(`${words}.removed`, { name: stored.name }),
      verb: t(`${words}.remove`),
      then: () => {
        onShow(null);
        showToast({ message: t(`${words}.removedToast`, { name }), action: { label: t("steps.undo"), run: steps.undo } });
      },
    });
  };
  return (
    <EditPanel
      title={props.title ?? (stored.name || t(`${words}.new`))}
      icon={props.icon}
      tools={props.tools}
      changes={draft.count}
      errors={checked || refusal ? errors : 0}
      verb={verb}
      onApply={apply}
      onDiscard={() => {
        draft.discard();
        setChecked(false);
      }}
      onClose={() => {
        onShow(null);
      }}
      onRemove={
        id === undefined
          ? undefined
          : () => {
              removePart(id);
            }
      }
      removeLabel={t(`${words}.remove`)}
      effect={effect && <EffectNote effect={effect} />}
    >
      {children(checked, refusal?.message)}
    </EditPanel>
  );
}

export type PartNameProps = { value: string; error: string | undefined; isNew: boolean; onChange: (name: string) => void };

/** The technical name of a part. */
export function PartName({ value, error, isNew, onChange }: PartNameProps) {
  const { t } = useTranslation("editor");
  return (
    <TextInput
      label={t("fields.name")}
      required
      autoFocus={isNew}
      spellCheck={false}
      classNames={{ input: parts.monoInput }}
      value={value}
      error={error}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}
