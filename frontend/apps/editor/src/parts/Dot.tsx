import classes from "./parts.module.css";

export type DotProps = {
  /** `solid` for running and live, `hollow` for stopped and waiting. */
  shape: "solid" | "hollow";
  tone: "ok" | "warn" | "bad" | "idle";
};

/** A state's shape and colour; its word stands beside it. */
export function Dot({ shape, tone }: DotProps) {
  return <span className={classes.dot} data-shape={shape} data-tone={tone} aria-hidden="true" />;
}
