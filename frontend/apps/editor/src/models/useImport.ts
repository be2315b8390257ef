import { toSlug } from "@torque/model";
import { useCallback, useRef, useState } from "react";
import { IMPORT_MODEL } from "../api/documents";
import { codeOf } from "../api/errors";
import type { ImportMode, ImportResult } from "../api/types";
import { useServices } from "../services";

/** A file that was read, with what importing it this way would do. */
export type Checked = { file: string; text: string; mode: ImportMode; name: string; result: ImportResult };
export type ImportState =
  | { name: "choosing" }
  | { name: "reading"; file: string; text?: string }
  | { name: "checked" | "importing"; checked: Checked }
  | { name: "refused"; file: string; text?: string; mode: ImportMode; error: unknown }
  | { name: "imported"; result: ImportResult };

/** How it is imported, and the name of the new model or of the one that is there. */
export type Way = { mode: ImportMode; name: string };

export type Import = {
  state: ImportState;
  /** Reads a file and tries it. */
  read: (file: File, way: Way) => void;
  /** Tries the same text in another way. */
  again: (from: { file: string; text: string }, way: Way) => void;
  run: (checked: Checked, name: string, application: boolean) => void;
};

const MOST_NAMES = 50;

/** The model's own name, as a file gives it. */
export function nameIn(text: string): string {
  try {
    const { name } = JSON.parse(text) as { name?: unknown };
    return typeof name === "string" ? toSlug(name) : "";
  } catch {
    return "";
  }
}

/** Tries the file's own name, then numbered ones, until none of the models there are has it. */
async function firstFree<T>(own: string, attempt: (name: string | null) => Promise<T>): Promise<{ name: string; result: T }> {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? null : `${own}-${String(n)}`;
    try {
      return { name: name ?? "", result: await attempt(name) };
    } catch (error) {
      if (codeOf(error) !== "CONFLICT" || !own || n === MOST_NAMES) throw error;
    }
  }
}

/** Imports a model in two steps: a trial that says what would happen, then the import. */
export function useImport(): Import {
  const { client } = useServices();
  const [state, setState] = useState<ImportState>({ name: "choosing" });
  const trials = useRef(0);
  const send = useCallback(
    async (document: string, { mode, name }: { mode: ImportMode; name: string | null }, dryRun: boolean, createApplication = false): Promise<ImportResult> => {
      const variables = { document, name, mode, dryRun, createApplication };
      const { data } = await client.mutate({ mutation: IMPORT_MODEL, variables, fetchPolicy: "no-cache", ...(dryRun ? {} : { refetchQueries: ["Models"] }) });
      if (!data) throw new Error("The server did not answer");
      return data.importModel;
    },
    [client],
  );
  const again = useCallback<Import["again"]>(
    ({ file, text }, { mode, name }) => {
      setState({ name: "reading", file, text });
      trials.current += 1;
      const mine = trials.current;
      /** A trial that was overtaken by another says nothing. */
      const show = (next: ImportState): void => {
        if (trials.current === mine) setState(next);
      };
      const trial =
        mode === "New" && !name ? firstFree(nameIn(text), (as) => send(text, { mode, name: as }, true)) : send(text, { mode, name: name || null }, true).then((result) => ({ name, result }));
      trial.then(
        (tried) => {
          show({ name: "checked", checked: { file, text, mode, ...tried } });
        },
        (error: unknown) => {
          show({ name: "refused", file, text, mode, error });
        },
      );
    },
    [send],
  );
  const read = useCallback<Import["read"]>(
    (file, way) => {
      setState({ name: "reading", file: file.name });
      file.text().then(
        (text) => {
          again({ file: file.name, text }, way);
        },
        (error: unknown) => {
          setState({ name: "refused", file: file.name, mode: way.mode, error });
        },
      );
    },
    [again],
  );
  const run = useCallback<Import["run"]>(
    (checked, name, application) => {
      setState({ name: "importing", checked });
      send(checked.text, { mode: checked.mode, name: name || null }, false, application && checked.mode === "New").then(
        (result) => {
          setState({ name: "imported", result });
        },
        (error: unknown) => {
          setState({ name: "refused", file: checked.file, text: checked.text, mode: checked.mode, error });
        },
      );
    },
    [send],
  );
  return { state, read, again, run };
}
