import { useQuery } from "@apollo/client/react";
import { Checkbox, FileButton, Group, Modal, SegmentedControl, TextInput } from "@mantine/core";
import { IconCircleCheck, IconFileUpload } from "../icons";
import { Button } from "@torque/ui";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { MODELS } from "../api/documents";
import type { ImportMode, ImportResult } from "../api/types";
import { Select } from "../parts/choices";
import { OptionalLabel } from "../parts/OptionalLabel";
import { Failure, LoadingRows } from "../parts/States";
import { ImportTrial } from "./ImportTrial";
import classes from "./models.module.css";
import { nameIn, useImport, type Checked } from "./useImport";

export type ImportModelProps = {
  opened: boolean;
  /** A file that was dropped. */
  file?: File;
  /** Name of the model that the file is merged into or takes the place of; it may still be chosen otherwise. */
  target?: string;
  onClose: () => void;
};

const MODES: readonly ImportMode[] = ["New", "Merge", "Replace"];

/** Reads a model from a file: first what it would do, then doing it. */
export function ImportModel({ opened, file, target, onClose }: ImportModelProps) {
  const { t } = useTranslation("editor");
  return (
    <Modal opened={opened} onClose={onClose} title={t("import.title")} size="lg" closeButtonProps={{ "aria-label": t("close") }}>
      {opened && <ImportBody dropped={file} target={target} onClose={onClose} />}
    </Modal>
  );
}

function ImportBody({ dropped, target, onClose }: { dropped: File | undefined; target: string | undefined; onClose: () => void }) {
  const { t } = useTranslation("editor");
  const { state, read, again, run } = useImport();
  const [mode, setMode] = useState<ImportMode>(target === undefined ? "New" : "Merge");
  const [into, setInto] = useState(target ?? "");
  const { data } = useQuery(MODELS, { fetchPolicy: "cache-first" });
  const models = data?.models ?? [];
  const way = (next: ImportMode, name: string): { mode: ImportMode; name: string } => ({ mode: next, name: next === "New" ? "" : name });
  useEffect(() => {
    if (dropped && state.name === "choosing") read(dropped, way(mode, into));
  }, [dropped, read, state.name, mode, into]);
  if (state.name === "imported") return <Imported result={state.result} onClose={onClose} />;
  const checked = state.name === "checked" || state.name === "importing" ? state.checked : undefined;
  const held = checked ?? ((state.name === "refused" || state.name === "reading") && state.text !== undefined ? { file: state.file, text: state.text } : undefined);
  const chosenFile = checked?.file ?? ("file" in state ? state.file : undefined);
  const change = (next: ImportMode, name: string): void => {
    const own = held ? nameIn(held.text) : "";
    const wanted = name || (models.some((model) => model.name === own) ? own : (models[0]?.name ?? ""));
    setMode(next);
    setInto(wanted);
    if (held) again({ file: held.file, text: held.text }, way(next, wanted));
  };
  return (
    <>
      <p className={classes.dialogText}>{t("import.text")}</p>
      <Group gap="sm">
        <FileButton accept="application/json,.json" onChange={(file) => { if (file) read(file, way(mode, into)); }} inputProps={{ "aria-label": t("import.choose") }}>
          {(props) => (
            <Button icon={<IconFileUpload size={16} stroke={1.6} />} busy={state.name === "reading"} {...props}>
              {t("import.choose")}
            </Button>
          )}
        </FileButton>
        {chosenFile !== undefined && <code>{chosenFile}</code>}
      </Group>
      {models.length > 0 && (
        <Group gap="sm" mt="md" align="center">
          <SegmentedControl
            size="xs"
            aria-label={t("import.mode")}
            value={mode}
            onChange={(next) => { change(next, into); }}
            data={MODES.map((value) => ({ value, label: t(`import.as.${value}`) }))}
          />
          {mode !== "New" && (
            <Select
              aria-label={t("import.into")}
              className={classes.into}
              allowDeselect={false}
              data={models.map((model) => ({ value: model.name, label: `${model.displayName} (${model.name})` }))}
              value={into}
              onChange={(next) => { change(mode, next ?? ""); }}
            />
          )}
        </Group>
      )}
      <p className={classes.modeHelp}>{t(`import.means.${mode}`)}</p>
      {state.name === "reading" && <LoadingRows rows={2} />}
      {state.name === "refused" && <Failure error={state.error} title={t("import.refused", { file: state.file })} />}
      {checked ? (
        <ImportFoot key={`${checked.mode}/${checked.name}`} checked={checked} busy={state.name === "importing"} onRun={run} onClose={onClose} />
      ) : (
        <Group justify="flex-end" mt="lg">
          <Button onClick={onClose}>{t("cancel")}</Button>
        </Group>
      )}
    </>
  );
}

type FootProps = { checked: Checked; busy: boolean; onRun: (checked: Checked, name: string, application: boolean) => void; onClose: () => void };

/** What the trial found, what is still to be decided, and the button that does it. */
function ImportFoot({ checked, busy, onRun, onClose }: FootProps) {
  const { t } = useTranslation("editor");
  const [name, setName] = useState(checked.name);
  const [application, setApplication] = useState(true);
  const isNew = checked.mode === "New";
  return (
    <>
      <ImportTrial result={checked.result} />
      {isNew && (
        <>
          <TextInput
            mt="md"
            label={<OptionalLabel>{t("import.name")}</OptionalLabel>}
            description={t("import.nameHelp")}
            value={name}
            onChange={(event) => { setName(event.currentTarget.value); }}
          />
          <Checkbox mt="md" label={t("import.application")} checked={application} onChange={(event) => { setApplication(event.currentTarget.checked); }} />
        </>
      )}
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button kind={checked.result.change?.effects.length ? "danger" : "primary"} busy={busy} onClick={() => { onRun(checked, name.trim(), application); }}>
          {t(`import.run.${checked.mode}`)}
        </Button>
      </Group>
    </>
  );
}

function Imported({ result, onClose }: { result: ImportResult; onClose: () => void }) {
  const { t } = useTranslation("editor");
  const navigate = useNavigate();
  return (
    <>
      <p className={classes.done} role="status">
        <IconCircleCheck size={16} aria-hidden="true" /> {t("import.done", { name: result.model?.displayName })}
      </p>
      <ImportTrial result={result} />
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button onClick={onClose}>{t("close")}</Button>
        <Button
          kind="primary"
          data-autofocus
          onClick={() => {
            onClose();
            if (result.model) void navigate(`/models/${result.model.name}`);
          }}
        >
          {t("import.open")}
        </Button>
      </Group>
    </>
  );
}
