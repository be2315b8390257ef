import type { StatusShape } from "./shape";
import classes from "./Status.module.css";

export type StatusProps = {
  /** The word; a shape never stands without it. */
  label: string;
  shape: StatusShape | null;
};

/** A state: its shape and its word. */
export function Status({ label, shape }: StatusProps) {
  if (!shape) return <>{label}</>;
  return (
    <span className={classes.status}>
      <span className={classes.dot} data-shape={shape} aria-hidden />
      {label}
    </span>
  );
}
