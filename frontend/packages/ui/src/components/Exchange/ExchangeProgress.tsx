import { useId } from "react";
import classes from "./Exchange.module.css";

export type ExchangeProgressProps = {
  /** What is being done. */
  label: string;
  /** From 0 to 1; null where nobody knows. */
  share: number | null;
  /** Rows, rate, time left. */
  figures: string;
};

/** How far a file is. */
export function ExchangeProgress({ label, share, figures }: ExchangeProgressProps) {
  const id = useId();
  const percent = share === null ? undefined : Math.round(Math.min(1, share) * 100);
  return (
    <div className={classes.progress}>
      <p id={id} className={classes.progressName}>
        {label}
      </p>
      <div className={classes.track} role="progressbar" aria-labelledby={id} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} aria-valuetext={figures || undefined} data-unknown={share === null || undefined}>
        <div className={classes.bar} style={percent === undefined ? undefined : { inlineSize: `${percent}%` }} />
      </div>
      <p className={classes.figures}>{figures}</p>
    </div>
  );
}
