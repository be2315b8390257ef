import type { ReactNode } from "react";
import classes from "./parts.module.css";

export type SegmentsProps<T extends string> = {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode }[];
  onChange: (value: T) => void;
};

/** A few ways to look at the same, one of them chosen. */
export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <div role="group" aria-label={label} className={classes.segments}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => { onChange(option.value); }}>
          {option.label}
        </button>
      ))}
    </div>
  );
}
