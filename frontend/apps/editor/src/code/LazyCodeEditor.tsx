import { lazy, Suspense } from "react";
import { LoadingRows } from "../parts/States";
import type { CodeEditorProps } from "./CodeEditor";

const Loaded = lazy(async () => ({ default: (await import("./CodeEditor")).CodeEditor }));

/** The code editor, fetched when it is first shown. */
export function LazyCodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<LoadingRows rows={12} />}>
      <Loaded {...props} />
    </Suspense>
  );
}
