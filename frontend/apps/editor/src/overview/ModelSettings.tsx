import { Group, Switch, Textarea, TextInput } from "@mantine/core";
import { updateBetween, type ModelDocument } from "@torque/model";
import { Button, Drawer } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommit, useDocument } from "../model/ModelProvider";
import { Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import classes from "./overview.module.css";

/** Name, description, version and who may enter. */
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
  const config = draft.config ?? {};
  const versionError = draft.version && !SEMVER.test(draft.version) ? t("settings.versionError") : undefined;
  const save = (): void => {
    if (versionError) return;
    const own = { display_name: draft.display_name, description: draft.description, version: draft.version };
    const was = { display_name: document.display_name, description: document.description, version: document.version };
    const changes = [...updateBetween("Model", undefined, was, own), ...updateBetween("Config", undefined, document.config ?? {}, config)];
    if (commit(changes, t("settings.message"))) onClose();
  };
  return (
    <form
      className={classes.settings}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextInput
        label={t("models.displayName")}
        value={draft.display_name ?? ""}
        onChange={(event) => { setDraft({ ...draft, display_name: event.currentTarget.value || undefined }); }}
        data-autofocus
      />
      <Textarea
        label={<OptionalLabel>{t("models.description")}</OptionalLabel>}
        autosize
        minRows={2}
        value={draft.description ?? ""}
        onChange={(event) => { setDraft({ ...draft, description: event.currentTarget.value || undefined }); }}
      />
      <TextInput
        label={t("settings.version")}
        description={t("settings.versionHelp")}
        value={draft.version ?? ""}
        error={versionError}
        onChange={(event) => { setDraft({ ...draft, version: event.currentTarget.value || undefined }); }}
      />
      <Select
        label={<OptionalLabel>{t("settings.startPage")}</OptionalLabel>}
        description={t("settings.startPageHelp")}
        clearable
        data={(document.pages ?? []).map((page) => ({ value: page.id, label: page.title ?? page.name ?? page.id }))}
        value={config.start_page ?? null}
        onChange={(value) => { setDraft({ ...draft, config: { ...config, start_page: value ?? undefined } }); }}
      />
      <Switch
        label={t("settings.public")}
        description={t("settings.publicHelp")}
        checked={config.public ?? false}
        onChange={(event) => { setDraft({ ...draft, config: { ...config, public: event.currentTarget.checked } }); }}
      />
      <Group justify="flex-end" gap="sm">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind="primary" type="submit">
          {t("save.verb")}
        </Button>
      </Group>
    </form>
  );
}
