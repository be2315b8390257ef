import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Dot } from "../parts/Dot";
import { useCalls } from "../services";
import classes from "./frame.module.css";

export type StatusBarProps = {
  children?: ReactNode;
  /** Before the duration of the last call. */
  end?: ReactNode;
  /** Whether changes of others arrive; without it only the calls count. */
  live?: boolean;
};

/** The frame's lowest line: connection, state, and the time of the last call. */
export function StatusBar({ children, end, live = true }: StatusBarProps) {
  const { t } = useTranslation("editor");
  const { lastMs, reachable } = useCalls();
  const online = reachable && live;
  return (
    <footer className={classes.statusBar}>
      <span className={classes.connection} role="status">
        <Dot shape={online ? "solid" : "hollow"} tone={online ? "ok" : "warn"} />
        {t(online ? "status.live" : "status.offline")}
      </span>
      {children}
      <span className={classes.statusEnd}>
        {end}
        {lastMs !== undefined && (
          <code>
            {t("status.lastCall")} <b>{lastMs < 10 ? lastMs.toFixed(1) : Math.round(lastMs)} ms</b>
          </code>
        )}
      </span>
    </footer>
  );
}
