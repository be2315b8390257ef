import classes from "./ValueList.module.css";

export type ValueListProps = {
  /** Fields and their values as texts; "" where there is none. */
  values: readonly { name: string; label: string; text: string }[];
};

/** A record to be read, one line for each field. */
export function ValueList({ values }: ValueListProps) {
  return (
    <dl className={classes.list}>
      {values.map(({ name, label, text }) => (
        <div key={name} className={classes.line}>
          <dt>{label}</dt>
          <dd dir="auto" data-empty={text === "" || undefined}>
            {text || "–"}
          </dd>
        </div>
      ))}
    </dl>
  );
}
