import { Loader, Button as MantineButton } from "@mantine/core";
import { Kbd } from "../Kbd/Kbd";
import classes from "./Button.module.css";
import type { ButtonKind, ButtonProps } from "./Button.types";

const VARIANTS: Record<ButtonKind, string> = { primary: "filled", default: "default", subtle: "subtle", danger: "filled" };

/** "Ctrl S" as browsers and screen readers name it. */
const keyName = (shortcut: string): string => shortcut.replaceAll(" ", "+").replace("Ctrl", "Control").replace("Esc", "Escape");

/** A button; one `primary` per screen. */
export function Button({ kind = "default", icon, shortcut, busy = false, compact = false, type = "button", className, children, onClick, ...rest }: ButtonProps) {
  return (
    <MantineButton
      {...rest}
      type={type}
      variant={VARIANTS[kind]}
      size={compact ? "xs" : "sm"}
      className={[classes.button, className].filter(Boolean).join(" ")}
      data-kind={kind}
      aria-busy={busy || undefined}
      leftSection={busy ? <Loader className={classes.loader} color="currentColor" aria-hidden /> : icon}
      rightSection={
        shortcut ? (
          <span aria-hidden>
            <Kbd onFilled={kind === "primary"}>{shortcut}</Kbd>
          </span>
        ) : undefined
      }
      aria-keyshortcuts={shortcut && keyName(shortcut)}
      onClick={busy ? undefined : onClick}
    >
      {children}
    </MantineButton>
  );
}
