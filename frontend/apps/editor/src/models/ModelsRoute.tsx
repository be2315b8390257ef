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
import classes from "./models.module.css";

type Dialog = { name: "none" } | { name: "create" } | { name: "import"; file?: File };

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
  const running = parameters.get("show") === "running";
  const shown = useMemo(() => {
    const found = (models ?? []).filter(
      (model) => matches(model, search) && (!running || model.applications.some((application) => application.status === "running")),
    );
    return found.sort(SORTED[sorting]);
  }, [models, search, running, sorting]);
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
  const runningCount = (models ?? []).filter((model) => model.applications.some((application) => application.status === "running")).length;
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
          value={running ? "running" : "all"}
          options={[
            { value: "all", label: t("models.all") },
            { value: "running", label: `${t("models.onlyRunning")} ${String(runningCount)}` },
          ]}
          onChange={(next) => { put("show", next === "running" ? next : ""); }}
        />
      </div>
      {!models && !error && <LoadingRows height="two" />}
      {error !== undefined && !models && <Failure error={error} title={t("models.notLoaded")} onRetry={onRetry} />}
      {models && shown.length > 0 && <ModelTable models={shown} sorting={sorting} onSort={setSorting} />}
      {models && shown.length === 0 && (
        <EmptyRow action={<Button compact onClick={() => { setParameters({}, { replace: true }); }}>{t("models.clear")}</Button>}>
          {t("models.noMatch")}
        </EmptyRow>
      )}
    </>
  );
}
