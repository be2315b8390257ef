import type { ReactNode } from "react";
import classes from "./PageHeader.module.css";

export type PageHeaderProps = {
  title: string;
  /** Grey, beside the title: a count, a technical name. */
  detail?: ReactNode;
  /** Before the title: the way back. */
  start?: ReactNode;
  /** Actions, the primary one last. */
  children?: ReactNode;
};

/** Title of the page, then its actions at the end. */
export function PageHeader({ title, detail, start, children }: PageHeaderProps) {
  return (
    <header className={classes.header} data-start={start ? true : undefined}>
      {start}
      <h1 className={classes.title}>{title}</h1>
      {detail && <span className={classes.detail}>{detail}</span>}
      <div className={classes.actions}>{children}</div>
    </header>
  );
}
