import { UnstyledButton } from "@mantine/core";
import type { KeyboardEvent } from "react";
import { IconCheck } from "../../icons/tabler";
import classes from "./FilterBar.module.css";
import type { Choice } from "./FilterBar.types";

export type ChoicesProps = {
  label: string;
  choices: readonly Choice[];
  /** What is chosen now. */
  values: readonly string[];
  /** Several may be chosen. Default false. */
  many?: boolean;
  onChoose: (value: string) => void;
};

const steps: Record<string, (at: number, last: number) => number> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

/** Arrows go from one choice to the next. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  const options = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=option]")];
  options[step(options.findIndex((one) => one === document.activeElement), options.length - 1)]?.focus();
}

/** A list of which one is taken, or several. */
export function Choices({ label, choices, values, many = false, onChoose }: ChoicesProps) {
  return (
    <div role="listbox" aria-label={label} aria-multiselectable={many || undefined} className={classes.choices} onKeyDown={walk}>
      {choices.map(({ value, label: text }) => {
        const chosen = values.includes(value);
        return (
          <UnstyledButton key={value} role="option" data-autofocus={(chosen && values[0] === value) || undefined} aria-selected={chosen} className={classes.choice} onClick={() => onChoose(value)}>
            <span>{text}</span>
            {chosen && <IconCheck aria-hidden />}
          </UnstyledButton>
        );
      })}
    </div>
  );
}
