import { useEffect, useRef, type ReactNode } from "react";
import { IconAlertCircle } from "../../icons/tabler";
import { FormSteps } from "../Form/FormSteps";
import classes from "./Exchange.module.css";

export type ExchangePaneProps = {
  /** Names of the steps, and the one that is shown; none for what is done in one. */
  steps?: readonly string[];
  step?: number;
  onStep?: (step: number) => void;
  children: ReactNode;
  /** At the start of the foot. */
  note?: ReactNode;
  /** The note says what stands in the way. Default false. */
  bad?: boolean;
  /** Buttons, the primary one last. */
  actions: ReactNode;
};

const NOTHING: ReadonlySet<string> = new Set();

/** What a drawer holds while files go in or out: where one is, what to decide, and how to go on. */
export function ExchangePane({ steps = [], step = 0, onStep, children, note, bad = false, actions }: ExchangePaneProps) {
  const places = steps.map((title, at) => ({ at, title, fields: [] }));
  const current = places[step];
  const content = useRef<HTMLDivElement>(null);
  // The button that led on is gone with its step: whoever uses the keyboard goes on from here, and Escape is heard.
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    (content.current?.querySelector<HTMLElement>("[data-autofocus]") ?? content.current)?.focus({ preventScroll: true });
  });
  return (
    <div className={classes.pane}>
      {current && <FormSteps steps={places} current={current} reached={step} broken={NOTHING} onChoose={onStep && (({ at }) => onStep(at))} />}
      <div ref={content} className={classes.content} tabIndex={-1}>
        {children}
      </div>
      <footer className={classes.footer}>
        <div className={classes.note} data-kind={bad ? "bad" : undefined} role="status">
          {note && bad && <IconAlertCircle aria-hidden />}
          {note}
        </div>
        <div className={classes.actions}>{actions}</div>
      </footer>
    </div>
  );
}
