import type { ReactNode } from "react";
import classes from "./Readout.module.css";

export type ReadoutProps = {
  /** The measure, as words and figures: figures are drawn strong. */
  children: ReactNode;
  /** What happened last, with a live edge before it. */
  live?: ReactNode;
  /** At the end of the line: paging, sums. */
  end?: ReactNode;
};

/** The mono line that closes every view of data with its measure. */
export function Readout({ children, live, end }: ReadoutProps) {
  return (
    <div className={classes.line}>
      <span className={classes.measure} role="status">
        {children}
      </span>
      {live && <span className={classes.live}>{live}</span>}
      {end && <span className={classes.end}>{end}</span>}
    </div>
  );
}
