import { Switch, Textarea, TextInput } from "@mantine/core";
import { updateBetween, type ModelConfig, type ModelDocument } from "@torque/model";
import { Button, Drawer } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommit, useDocument } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import { AppearanceSettings } from "./AppearanceSettings";
import { CachingSettings } from "./CachingSettings";
import { configErrors, tidyConfig } from "./configErrors";
import classes from "./settings.module.css";

/** Name, description, version, who may enter, how applications look, and how long answers are kept. */
export function ModelSettings({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("editor");
  return (
    <Drawer opened={opened} onClose={onClose} title={t("settings.title")}>
      {opened && <SettingsForm onClose={onClose} />}
    </Drawer>
  );
}

const SEMVER = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

function SettingsForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const commit = useCommit();
  const [draft, setDraft] = useState<ModelDocument>(document);
  const [checked, setChecked] = useState(false);
  const [stored, config] = [document.config ?? {}, draft.config ?? {}];
  const edit = (change: Partial<ModelDocument>): void => { setDraft({ ...draft, ...change }); };
  const configure = (change: Partial<ModelConfig>): void => { edit({ config: { ...config, ...change } }); };
  const errors = configErrors(stored, config);
  const versionError = draft.version && !SEMVER.test(draft.version) ? t("settings.versionError") : undefined;
  const wrong = Object.keys(errors).length + (versionError ? 1 : 0);
  const save = (): void => {
    setChecked(true);
    if (wrong) return;
    const own = { display_name: draft.display_name, description: draft.description, version: draft.version };
    const was = { display_name: document.display_name, description: document.description, version: document.version };
    const changes = [...updateBetween("Model", undefined, was, own), ...updateBetween("Config", undefined, tidyConfig(stored), tidyConfig(config))];
    if (commit(changes, t("settings.message"))) onClose();
  };
  return (
    <form
      noValidate
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className={classes.body}>
        <TextInput
          label={t("models.displayName")}
          value={draft.display_name ?? ""}
          onChange={(event) => { edit({ display_name: event.currentTarget.value || undefined }); }}
          data-autofocus
        />
        <Textarea
          label={<OptionalLabel>{t("models.description")}</OptionalLabel>}
          autosize
          minRows={2}
          value={draft.description ?? ""}
          onChange={(event) => { edit({ description: event.currentTarget.value || undefined }); }}
        />
        <TextInput
          label={t("settings.version")}
          description={t("settings.versionHelp")}
          value={draft.version ?? ""}
          error={versionError}
          onChange={(event) => { edit({ version: event.currentTarget.value || undefined }); }}
        />
        <h3>{t("settings.entering")}</h3>
        <Select
          label={<OptionalLabel>{t("settings.startPage")}</OptionalLabel>}
          description={t("settings.startPageHelp")}
          clearable
          data={(document.pages ?? []).map((page) => ({ value: page.id, label: page.title ?? page.name ?? page.id }))}
          value={config.start_page ?? null}
          onChange={(value) => { configure({ start_page: value ?? undefined }); }}
        />
        <Switch
          label={t("settings.public")}
          description={t("settings.publicHelp")}
          checked={config.public ?? false}
          onChange={(event) => { configure({ public: event.currentTarget.checked }); }}
        />
        <h3>{t("settings.appearance")}</h3>
        <AppearanceSettings ui={config.ui} translated={Object.keys(document.locales ?? {})} errors={checked ? errors : {}} onChange={(ui) => { configure({ ui }); }} />
        <h3>{t("settings.speed")}</h3>
        <CachingSettings performance={config.performance} onChange={(performance) => { configure({ performance }); }} />
      </div>
      <div className={classes.foot}>
        <span role="status" className={checked && wrong ? classes.errors : undefined}>
          {checked && wrong > 0 && t("panel.errors", { count: wrong })}
        </span>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind="primary" type="submit">
          {t("save.verb")}
        </Button>
      </div>
    </form>
  );
}
