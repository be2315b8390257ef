import { Textarea, TextInput } from "@mantine/core";
import { FORM_FIELD_TYPES, type Field, type FieldUi } from "@torque/model";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "../parts/choices";
import { PanelSection } from "../parts/EditPanel";
import parts from "../parts/parts.module.css";
import classes from "./entities.module.css";

export type FieldDisplayProps = {
  ui: FieldUi | undefined;
  /** The expression it is computed by. */
  computed: string | undefined;
  system: boolean;
  /** What the server says against the expression. */
  refusal: string | undefined;
  onEdit: (change: Partial<Field>) => void;
};

const NONE: FieldUi = {};

/** How the field looks in forms and grids, when they do not say otherwise. */
export const FieldDisplay = memo(function FieldDisplay({ ui = NONE, computed, system, refusal, onEdit }: FieldDisplayProps) {
  const { t } = useTranslation("editor");
  const set = (change: Partial<FieldUi>): void => {
    onEdit({ ui_config: { ...ui, ...change } });
  };
  const text = (name: "placeholder" | "help_text" | "show_if", label: string, mono = false) => (
    <TextInput
      label={label}
      className={classes.line}
      spellCheck={!mono}
      classNames={mono ? { input: parts.monoInput } : undefined}
      value={ui[name] ?? ""}
      onChange={(event) => { set({ [name]: event.currentTarget.value || undefined }); }}
    />
  );
  return (
    <PanelSection title={t("display.title")}>
      {text("help_text", t("display.help"))}
      {!system && (
        <>
          {text("placeholder", t("display.placeholder"))}
          <Select
            label={t("display.component")}
            className={classes.line}
            clearable
            placeholder={t("display.byType")}
            data={[...new Set([...FORM_FIELD_TYPES, ...(ui.component_type ? [ui.component_type] : [])])].map((value) => ({ value, label: value }))}
            value={ui.component_type ?? null}
            onChange={(value) => { set({ component_type: value ?? undefined }); }}
          />
          <Select
            label={t("display.visibility")}
            className={classes.line}
            clearable
            placeholder={t("display.visible")}
            data={(["Hidden", "ReadOnly"] as const).map((value) => ({ value, label: t(`display.${value}`) }))}
            value={ui.visibility === "Visible" ? null : (ui.visibility ?? null)}
            onChange={(value) => { set({ visibility: value ?? undefined }); }}
          />
          <Select
            label={t("display.editMode")}
            className={classes.line}
            clearable
            placeholder={t("display.edit.Editable")}
            data={(["ReadOnly", "Hidden"] as const).map((value) => ({ value, label: t(`display.edit.${value}`) }))}
            value={ui.edit_mode === "Editable" ? null : (ui.edit_mode ?? null)}
            onChange={(value) => { set({ edit_mode: value ?? undefined }); }}
          />
          {text("show_if", t("display.showIf"), true)}
          <Textarea
            label={t("display.computed")}
            description={t("display.computedHelp")}
            autosize
            minRows={1}
            spellCheck={false}
            classNames={{ input: parts.monoInput }}
            value={computed ?? ""}
            error={refusal}
            onChange={(event) => { onEdit({ computed: event.currentTarget.value || undefined }); }}
          />
        </>
      )}
    </PanelSection>
  );
});
