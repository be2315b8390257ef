import { IconAlertTriangle, IconExclamationCircleFilled, IconInfoCircle } from "../icons";
import type { Severity as Level } from "@torque/model";
import { useTranslation } from "react-i18next";
import classes from "./parts.module.css";

/** The icon of a severity, with its word for screen readers. */
export function Severity({ level, size = 16 }: { level: Level; size?: number }) {
  const { t } = useTranslation("editor");
  const Icon = { Error: IconExclamationCircleFilled, Warning: IconAlertTriangle, Info: IconInfoCircle }[level];
  return (
    <span className={classes.severity} data-level={level}>
      <Icon size={size} stroke={1.8} aria-hidden="true" />
      <span className="tq-visually-hidden">{t(`severity.${level}`)}</span>
    </span>
  );
}
