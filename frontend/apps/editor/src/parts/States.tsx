import { Skeleton } from "@mantine/core";
import { ErrorPane } from "@torque/ui";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { codeOf, messageOf } from "../api/errors";
import classes from "./parts.module.css";

/** What belongs here and how to fill it, where the first row would be. */
export function EmptyRow({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <p>{children}</p>
      {action}
    </div>
  );
}

/** Rows of the true height, after 150 ms of nothing. */
export function LoadingRows({ rows = 6, height = "normal" }: { rows?: number; height?: "normal" | "two" }) {
  const { t } = useTranslation("editor");
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setShown(true);
    }, 150);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return (
    <div role="status" aria-busy="true">
      <span className="tq-visually-hidden">{t("loading")}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={classes.loadingRow} data-height={height}>
          {shown && <Skeleton className={classes.skeleton} data-odd={row % 2 === 1 || undefined} />}
        </div>
      ))}
    </div>
  );
}

export type FailureProps = {
  error: unknown;
  /** What could not be done; default: what the server said. */
  title?: string;
  onRetry?: () => void;
};

/** An error at its place: what is, its code, Try again. */
export function Failure({ error, title, onRetry }: FailureProps) {
  const { t } = useTranslation("editor");
  const code = codeOf(error);
  const said = code === "NETWORK" ? t("error.network") : messageOf(error);
  return <ErrorPane message={title ? `${title} ${said}` : said} code={code} onRetry={onRetry} />;
}
