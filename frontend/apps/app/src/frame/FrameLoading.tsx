import { useDelayed } from "@torque/ui";
import classes from "./FrameLoading.module.css";

/** The frame before its application is known: nothing for a moment, then its outline. */
export function FrameLoading() {
  const late = useDelayed(true);
  return (
    <main className={classes.frame} aria-busy>
      {late && <div className={classes.side} />}
      {late && <div className={classes.header} />}
    </main>
  );
}
