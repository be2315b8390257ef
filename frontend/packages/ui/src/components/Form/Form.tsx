import { useId, useRef, type KeyboardEvent, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";
import { ErrorPane } from "../ErrorPane/ErrorPane";
import { ConflictSummary } from "./ConflictNote";
import { FileAccessContext } from "./files";
import classes from "./Form.module.css";
import type { FormProps } from "./Form.types";
import { FormFields } from "./FormFields";
import { FormFooter } from "./FormFooter";
import { FormSteps } from "./FormSteps";
import { useFormState } from "./useFormState";
import { useSteps } from "./useSteps";

/** A form drawn from its definition: rules before sending, the server's errors at their fields, nothing lost by accident. */
export function Form(props: FormProps) {
  const { definition, onCancel, submitLabel, placement = "page", readOnly = false, record } = props;
  const { t } = useTranslation("ui");
  const id = useId();
  const element = useRef<HTMLFormElement>(null);
  const state = useFormState(props);
  const { form, visible, unsaved, problem, conflicts } = state;
  const { errors, isSubmitting } = form.formState;
  const wizard = useSteps(props, state);
  const { steps, current } = wizard;
  const all = definition.fields.filter(({ name }) => visible.has(name));
  const shown = current?.fields ?? all;
  const broken = new Set(all.map(({ name }) => name).filter((name) => errors[name]));
  const first = placement === "drawer" && !readOnly ? shown.find(({ readOnly: fixed }) => !fixed)?.name : undefined;
  // A new record is sent from its last step; one that exists may be saved from any.
  const sends = readOnly || wizard.isLast || Boolean(record);
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    if (!sends) return wizard.next();
    const attention = await state.send();
    if (attention) wizard.focus(attention);
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    element.current?.requestSubmit();
  };
  const [clash] = all.filter(({ name }) => conflicts.has(name));
  return (
    <form ref={element} className={classes.form} data-placement={placement} noValidate aria-label={definition.name} onSubmit={(event) => void submit(event)} onKeyDown={keys}>
      <div className={classes.body}>
        {problem && <ErrorPane message={problem} />}
        {conflicts.size > 1 && <ConflictSummary count={conflicts.size} onShow={() => clash && wizard.focus(clash.name)} onChooseAll={(theirs) => conflicts.forEach((_, name) => state.settle(name, theirs))} />}
        {current && <FormSteps steps={steps} current={current} reached={wizard.reached} broken={broken} onChoose={wizard.goTo} />}
        <FileAccessContext.Provider value={props.files ?? null}>
          <FormFields id={id} fields={shown} state={state} readOnly={readOnly} first={first} findReferences={props.findReferences} titleOf={props.titleOf} />
        </FileAccessContext.Provider>
      </div>
      <FormFooter
        errors={broken.size}
        conflicts={conflicts.size}
        unsaved={unsaved}
        drafted={state.drafted}
        busy={isSubmitting}
        submitLabel={submitLabel ?? t("save")}
        onShowErrors={() => {
          const [name] = broken;
          if (name) wizard.focus(name);
        }}
        onShowConflicts={() => clash && wizard.focus(clash.name)}
        onCancel={onCancel}
        onBack={wizard.isFirst ? undefined : wizard.back}
        onNext={wizard.isLast ? undefined : () => void wizard.next()}
        canSave={!readOnly && sends}
      />
    </form>
  );
}
