import type { ReactNode } from "react";
import classes from "./parts.module.css";

export type TagProps = {
  children: ReactNode;
  /** Default: plain. */
  tone?: "plain" | "ok" | "warn" | "bad" | "info" | "accent";
};

/** One word about the thing beside it. */
export function Tag({ children, tone = "plain" }: TagProps) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  );
}
