import type { MouseEventHandler, ReactNode, Ref } from "react";

export type ButtonKind = "primary" | "default" | "subtle" | "danger";

export type ButtonProps = {
  /** What it does: verb and noun. */
  children: ReactNode;
  /** `primary` is filled and stands once on a screen; `danger` repeats the verb of what cannot be undone. Default "default". */
  kind?: ButtonKind;
  icon?: ReactNode;
  /** Key that triggers it, drawn as a cap at its end. */
  shortcut?: string;
  /** In progress: keeps width and label, a loader stands in the place of the icon. Default false. */
  busy?: boolean;
  disabled?: boolean;
  /** Height of a toolbar instead of a form. Default false. */
  compact?: boolean;
  fullWidth?: boolean;
  type?: "button" | "submit";
  /** Form it submits when it stands outside of it. */
  form?: string;
  onClick?: MouseEventHandler<HTMLButtonElement>;
  className?: string;
  ref?: Ref<HTMLButtonElement>;
  "aria-label"?: string;
  /** It opens what stands below it, in the place of this id. */
  "aria-expanded"?: boolean;
  "aria-controls"?: string;
  "data-autofocus"?: boolean;
};
