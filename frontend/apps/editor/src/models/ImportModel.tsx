import { Checkbox, FileButton, Group, Modal, TextInput } from "@mantine/core";
import { IconCircleCheck, IconFileUpload } from "../icons";
import { toSlug } from "@torque/model";
import { Button } from "@torque/ui";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { IMPORT_MODEL } from "../api/documents";
import { codeOf } from "../api/errors";
import type { ImportResult } from "../api/types";
import { OptionalLabel } from "../parts/NameDialog";
import { Failure } from "../parts/States";
import { useServices } from "../services";
import { ImportReport } from "./ImportReport";
import classes from "./models.module.css";

export type ImportModelProps = {
  opened: boolean;
  /** A file that was dropped. */
  file: File | undefined;
  onClose: () => void;
};

/** Reads a model from a file: first what it would do, then doing it. */
export function ImportModel({ opened, file, onClose }: ImportModelProps) {
  const { t } = useTranslation("editor");
  return (
    <Modal opened={opened} onClose={onClose} title={t("import.title")} size="lg" closeButtonProps={{ "aria-label": t("close") }}>
      {opened && <ImportBody dropped={file} onClose={onClose} />}
    </Modal>
  );
}

type State =
  | { name: "choosing" }
  | { name: "reading"; file: string }
  | { name: "checked"; file: string; text: string; result: ImportResult }
  | { name: "refused"; file: string; error: unknown }
  | { name: "importing"; file: string; text: string; result: ImportResult }
  | { name: "imported"; result: ImportResult };

/** The model's own name, as a file gives it. */
function nameIn(text: string): string {
  try {
    const { name } = JSON.parse(text) as { name?: unknown };
    return typeof name === "string" ? toSlug(name) : "";
  } catch {
    return "";
  }
}

const MOST_NAMES = 50;

/** Tries the file's own name, then numbered ones, until none of the models there are has it. */
async function firstFree<T>(own: string, attempt: (name: string | null) => Promise<T>): Promise<{ name: string | null; result: T }> {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? null : `${own}-${String(n)}`;
    try {
      return { name, result: await attempt(name) };
    } catch (error) {
      if (codeOf(error) !== "CONFLICT" || !own || n === MOST_NAMES) throw error;
    }
  }
}

function ImportBody({ dropped, onClose }: { dropped: File | undefined; onClose: () => void }) {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const navigate = useNavigate();
  const [state, setState] = useState<State>({ name: "choosing" });
  const [name, setName] = useState("");
  const [application, setApplication] = useState(true);

  const send = useCallback(
    async (document: string, as: string | null, dryRun: boolean, createApplication = false): Promise<ImportResult> => {
      const variables = { document, name: as, mode: "New" as const, dryRun, createApplication };
      const { data } = await client.mutate({ mutation: IMPORT_MODEL, variables, ...(dryRun ? {} : { refetchQueries: ["Models"] }) });
      if (!data) throw new Error("The server did not answer");
      return data.importModel;
    },
    [client],
  );
  const check = useCallback(
    (file: File) => {
      setState({ name: "reading", file: file.name });
      file
        .text()
        .then(async (text) => {
          const free = await firstFree(nameIn(text), (as) => send(text, as, true));
          setName(free.name ?? "");
          setState({ name: "checked", file: file.name, text, result: free.result });
        })
        .catch((error: unknown) => {
          setState({ name: "refused", file: file.name, error });
        });
    },
    [send],
  );
  useEffect(() => {
    if (dropped && state.name === "choosing") check(dropped);
  }, [dropped, check, state.name]);

  const run = (checked: { file: string; text: string; result: ImportResult }): void => {
    setState({ name: "importing", ...checked });
    send(checked.text, name.trim() || null, false, application).then(
      (result) => {
        setState({ name: "imported", result });
      },
      (error: unknown) => {
        setState({ name: "refused", file: checked.file, error });
      },
    );
  };
  const open = (result: ImportResult): void => {
    onClose();
    if (result.model) void navigate(`/models/${result.model.name}`);
  };

  if (state.name === "imported") {
    return (
      <>
        <p className={classes.done} role="status">
          <IconCircleCheck size={16} aria-hidden="true" /> {t("import.done", { name: state.result.model?.displayName })}
        </p>
        <ImportReport report={state.result.report} />
        <Group justify="flex-end" mt="lg" gap="sm">
          <Button onClick={onClose}>{t("close")}</Button>
          <Button kind="primary" data-autofocus onClick={() => { open(state.result); }}>
            {t("import.open")}
          </Button>
        </Group>
      </>
    );
  }
  const chosen = state.name === "checked" || state.name === "importing" ? state : undefined;
  return (
    <>
      <p className={classes.dialogText}>{t("import.text")}</p>
      <Group gap="sm">
        <FileButton accept="application/json,.json" onChange={(file) => { if (file) check(file); }} inputProps={{ "aria-label": t("import.choose") }}>
          {(props) => (
            <Button icon={<IconFileUpload size={16} stroke={1.6} />} busy={state.name === "reading"} {...props}>
              {t("import.choose")}
            </Button>
          )}
        </FileButton>
        {state.name !== "choosing" && <code>{state.file}</code>}
      </Group>
      {state.name === "refused" && <Failure error={state.error} title={t("import.refused", { file: state.file })} />}
      {chosen && (
        <>
          <ImportReport report={chosen.result.report} />
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
        {chosen && (
          <Button kind="primary" busy={state.name === "importing"} onClick={() => { run(chosen); }}>
            {t("import.run")}
          </Button>
        )}
      </Group>
    </>
  );
}
