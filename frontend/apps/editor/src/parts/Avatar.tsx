import classes from "./parts.module.css";

/** Initials of who did something; people round, agents and tokens square. */
export function Avatar({ name, square = false }: { name: string; square?: boolean }) {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const initials = words.length > 1 ? `${words[0]?.[0] ?? ""}${words[1]?.[0] ?? ""}` : name.slice(0, 2);
  return (
    <span className={classes.avatar} data-square={square || undefined} aria-hidden="true">
      {initials.toUpperCase()}
    </span>
  );
}
