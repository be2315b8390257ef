import { CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "../icons";
import { IconButton } from "@torque/ui";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import classes from "./parts.module.css";

/** A line of code with a button that copies it. */
export function CopyLine({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation("editor");
  const id = useId();
  return (
    <div className={classes.copyLine}>
      <span id={id}>{label}</span>
      <div>
        <code aria-labelledby={id} role="note" dir="ltr" tabIndex={0}>
          {text}
        </code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <IconButton label={t(copied ? "copied" : "copy")} onClick={copy}>
              {copied ? <IconCheck size={16} stroke={1.6} /> : <IconCopy size={16} stroke={1.6} />}
            </IconButton>
          )}
        </CopyButton>
      </div>
    </div>
  );
}
