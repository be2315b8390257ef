import { useQuery } from "@apollo/client/react";
import { useLocalStorage } from "@mantine/hooks";
import { IconPlus, IconUpload } from "../icons";
import { Button, SearchField } from "@torque/ui";
import { useMemo, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { MODELS } from "../api/documents";
import type { ModelSummary } from "../api/types";
import { useCommands } from "../frame/CommandProvider";
import { StatusBar } from "../frame/StatusBar";
import { TopBar } from "../frame/TopBar";
import frame from "../frame/frame.module.css";
import { Segments } from "../parts/Segments";
import { EmptyRow, Failure, LoadingRows } from "../parts/States";
import { CreateModel } from "./CreateModel";
import { FirstRun } from "./FirstRun";
import { ImportModel } from "./ImportModel";
import { ModelTable } from "./ModelTable";
import { SORTED, type Sorting } from "./sorting";
import { useVerdicts, type Verdicts } from "./verdicts";
import classes from "./models.module.css";

type Dialog = { name: "none" } | { name: "create" } | { name: "import"; file?: File };

const SHOWN = ["all", "running", "errors"] as const;

const isRunning = ({ applications }: ModelSummary): boolean => applications.some(({ status }) => status === "running");
const hasErrors = (verdicts: Verdicts, id: string): boolean => (verdicts.get(id)?.errors ?? 0) > 0;

function matches(model: ModelSummary, search: string): boolean {
  const text = `${model.displayName} ${model.name} ${model.description}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** All models of the server; with none, the ways to a first one. */
export function ModelsRoute() {
  const { t } = useTranslation("editor");
  const { data, error, refetch } = useQuery(MODELS, { fetchPolicy: "cache-and-network" });
  const [dialog, setDialog] = useState<Dialog>({ name: "none" });
  const navigate = useNavigate();
  const models = data?.models;

  useCommands(
    useMemo(
      () => [
        { id: "new-model", group: "commands", title: t("models.new"), keys: "N", icon: IconPlus, run: () => { setDialog({ name: "create" }); } },
        { id: "import-model", group: "commands", title: t("models.import"), keys: "I", icon: IconUpload, run: () => { setDialog({ name: "import" }); } },
      ],
      [t],
    ),
  );
  useCommands(
    useMemo(
      () =>
        (models ?? []).map((model) => ({
          id: `model-${model.id}`,
          group: "goto",
          title: model.displayName,
          name: model.name,
          kind: t("kind.model"),
          run: () => void navigate(`/models/${model.name}`),
        })),
      [models, navigate, t],
    ),
  );

  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    if (file) setDialog({ name: "import", file });
  };
  const close = (): void => {
    setDialog({ name: "none" });
  };
  return (
    <>
      <TopBar crumbs={[{ title: t("models.title") }]} />
      <main className={frame.main} onDragOver={(event) => { event.preventDefault(); }} onDrop={onDrop}>
        {models?.length === 0 ? (
          <FirstRun onCreate={() => { setDialog({ name: "create" }); }} onImport={() => { setDialog({ name: "import" }); }} />
        ) : (
          <ModelList
            models={models}
            error={error}
            onRetry={() => void refetch()}
            onCreate={() => { setDialog({ name: "create" }); }}
            onImport={() => { setDialog({ name: "import" }); }}
          />
        )}
      </main>
      <StatusBar>{models && <span className={classes.sum}>{summary(models, t)}</span>}</StatusBar>
      <CreateModel opened={dialog.name === "create"} onClose={close} />
      <ImportModel opened={dialog.name === "import"} file={dialog.name === "import" ? dialog.file : undefined} onClose={close} />
    </>
  );
}

function summary(models: readonly ModelSummary[], t: (key: string, values?: Record<string, unknown>) => string): string {
  const running = models.flatMap((model) => model.applications).filter((application) => application.status === "running").length;
  return models.length ? `${t("models.count", { count: models.length })}, ${t("models.running", { count: running })}` : t("models.none");
}

type ListProps = {
  models: readonly ModelSummary[] | undefined;
  error: unknown;
  onRetry: () => void;
  onCreate: () => void;
  onImport: () => void;
};

function ModelList({ models, error, onRetry, onCreate, onImport }: ListProps) {
  const { t } = useTranslation("editor");
  const [parameters, setParameters] = useSearchParams();
  const [sorting, setSorting] = useLocalStorage<Sorting>({ key: "torque-editor-models-sort", defaultValue: "changed", getInitialValueInEffect: false });
  const search = parameters.get("search") ?? "";
  const verdicts = useVerdicts(models);
  const show = SHOWN.find((one) => one === parameters.get("show")) ?? "all";
  const shown = useMemo(() => {
    const kept = { all: () => true, running: isRunning, errors: ({ id }: ModelSummary) => hasErrors(verdicts, id) }[show];
    return (models ?? []).filter((model) => matches(model, search) && kept(model)).sort(SORTED[sorting]);
  }, [models, verdicts, search, show, sorting]);
  const put = (name: string, value: string): void => {
    setParameters(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  };
  const counts = { running: (models ?? []).filter(isRunning).length, errors: (models ?? []).filter(({ id }) => hasErrors(verdicts, id)).length };
  return (
    <>
      <header className={classes.head}>
        <h1>
          {t("models.title")} {models && <span>{models.length}</span>}
        </h1>
        <Button icon={<IconUpload size={16} stroke={1.6} />} onClick={onImport}>
          {t("models.import")}
        </Button>
        <Button kind="primary" icon={<IconPlus size={16} stroke={1.8} />} shortcut="N" onClick={onCreate}>
          {t("models.new")}
        </Button>
      </header>
      <div className={classes.filters}>
        <SearchField label={t("models.search")} value={search} onChange={(value) => { put("search", value); }} />
        <Segments
          label={t("models.show")}
          value={show}
          options={[
            { value: "all", label: t("models.all") },
            { value: "running", label: `${t("models.onlyRunning")} ${String(counts.running)}` },
            { value: "errors", label: `${t("models.withErrors")} ${String(counts.errors)}` },
          ]}
          onChange={(next) => { put("show", next === "all" ? "" : next); }}
        />
      </div>
      {!models && !error && <LoadingRows height="two" />}
      {error !== undefined && !models && <Failure error={error} title={t("models.notLoaded")} onRetry={onRetry} />}
      {models && shown.length > 0 && <ModelTable models={shown} verdicts={verdicts} sorting={sorting} onSort={setSorting} />}
      {models && shown.length === 0 && (
        <EmptyRow action={<Button compact onClick={() => { setParameters({}, { replace: true }); }}>{t("models.clear")}</Button>}>
          {t("models.noMatch")}
        </EmptyRow>
      )}
    </>
  );
}
