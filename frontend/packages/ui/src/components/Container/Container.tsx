import type { ReactNode } from "react";
import classes from "./Container.module.css";

export type ContainerProps = {
  /** Heading of the region. */
  title?: string;
  /** Children below each other or beside each other. Default "column". */
  direction?: "column" | "row";
  children: ReactNode;
};

/** A region of a page: parted from its neighbours by a line, never a box in a box. */
export function Container({ title, direction = "column", children }: ContainerProps) {
  return (
    <section className={classes.container} aria-label={title}>
      {title && <h2 className={classes.title}>{title}</h2>}
      <div className={classes.children} data-direction={direction}>
        {children}
      </div>
    </section>
  );
}
