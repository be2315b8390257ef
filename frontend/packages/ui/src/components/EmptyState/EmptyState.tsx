import type { ReactNode } from "react";
import classes from "./EmptyState.module.css";

export type EmptyStateProps = {
  /** What belongs here. */
  title: string;
  description?: string;
  /** The one or two ways to fill it. */
  children?: ReactNode;
};

/** Says what belongs here, where the first row would be. */
export function EmptyState({ title, description, children }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      <p className={classes.title}>{title}</p>
      {description && <p className={classes.description}>{description}</p>}
      {children && <div className={classes.actions}>{children}</div>}
    </div>
  );
}
