import type { ReactNode } from "react";
import classes from "./Kbd.module.css";

/** A key cap; not shown on touch. `onFilled` adapts it to a filled button. */
export function Kbd({ children, onFilled = false }: { children: ReactNode; onFilled?: boolean }) {
  return (
    <kbd className={classes.key} data-on-filled={onFilled || undefined}>
      {children}
    </kbd>
  );
}
