import { IconTrash, IconX } from "../icons";
import { Button, IconButton } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./panel.module.css";

export type EditPanelProps = {
  title: string;
  icon?: ReactNode;
  /** How many members differ from what is stored. */
  changes: number;
  /** How many things have to be mended before it can be applied. */
  errors: number;
  /** The verb of the button. */
  verb: string;
  onApply: () => void;
  onDiscard: () => void;
  onClose: () => void;
  onRemove?: () => void;
  removeLabel?: string;
  /** More actions, before remove. */
  tools?: ReactNode;
  /** Between the fields and the foot: the effect of applying. */
  effect?: ReactNode;
  children: ReactNode;
};

/** The panel in which one part is edited: head, fields, and a foot that says what would change. */
export function EditPanel({ title, icon, changes, errors, verb, onApply, onDiscard, onClose, onRemove, removeLabel, tools, effect, children }: EditPanelProps) {
  const { t } = useTranslation("editor");
  return (
    <form
      noValidate
      aria-label={title}
      className={classes.panel}
      onSubmit={(event) => {
        event.preventDefault();
        onApply();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented && changes === 0) onClose();
      }}
    >
      <header>
        {icon}
        <h2>
          <code>{title}</code>
        </h2>
        {tools}
        {onRemove && (
          <IconButton label={removeLabel ?? t("remove")} onClick={onRemove}>
            <IconTrash size={16} stroke={1.6} />
          </IconButton>
        )}
        <IconButton label={t("close")} onClick={onClose}>
          <IconX size={16} stroke={1.6} />
        </IconButton>
      </header>
      <div className={classes.body}>{children}</div>
      {effect}
      <footer>
        <span role="status" className={errors ? classes.errors : undefined}>
          {errors ? t("panel.errors", { count: errors }) : changes ? t("panel.changes", { count: changes }) : t("panel.same")}
        </span>
        {changes > 0 && <Button onClick={onDiscard}>{t("panel.discard")}</Button>}
        <Button type="submit" kind="primary">
          {verb}
        </Button>
      </footer>
    </form>
  );
}

/** A group of fields in a panel, parted by a line. */
export function PanelSection({ title, action, children }: { title?: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section}>
      {title && (
        <header>
          <h3>{title}</h3>
          {action}
        </header>
      )}
      {children}
    </section>
  );
}
