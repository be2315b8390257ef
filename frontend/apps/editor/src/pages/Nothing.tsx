import type { ReactNode } from "react";
import classes from "./pages.module.css";

/** Nothing is chosen, or there is nothing yet: what belongs here and how to make it. */
export function Nothing({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className={classes.nothing}>
      <h1>{title}</h1>
      <p>{text}</p>
      {children}
    </div>
  );
}
