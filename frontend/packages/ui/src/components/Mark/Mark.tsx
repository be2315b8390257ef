import classes from "./Mark.module.css";

/** The mark: a gauge open at the bottom, its needle in the accent. Never below 16 px. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg className={[classes.mark, className].filter(Boolean).join(" ")} viewBox="0 0 24 24" fill="none" aria-hidden>
      <path className={classes.gauge} d="M7 20a10 10 0 1 1 10 0" />
      <path className={classes.needle} d="M12 13l4.5-5.5" />
      <circle className={classes.hub} cx="12" cy="13" r="1.75" />
    </svg>
  );
}
