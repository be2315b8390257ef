/** Changes made by others: one subscription per open model, taken up again when it breaks. */
import type { ApolloClient } from "@apollo/client";
import { MODEL_CHANGED } from "../api/documents";
import { codeOf } from "../api/errors";
import type { ModelChange } from "../api/types";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export type Watcher = {
  onChange: (change: ModelChange) => void;
  /** The feed broke or is back. */
  onLive: (live: boolean) => void;
  /** The server ended the feed: the session may be over, or the model deleted. */
  onEnded: () => void;
};

const ENDINGS = new Set(["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"]);

/** Watches a model until the returned function is called. The first that a feed says is the revision that stands. */
export function watchModel(client: ApolloClient, modelId: string, { onChange, onLive, onEnded }: Watcher): () => void {
  let stopped = false;
  let pause = FIRST_PAUSE_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current: { unsubscribe: () => void } | undefined;

  const again = (): void => {
    if (stopped) return;
    onLive(false);
    timer = setTimeout(start, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  };
  const said = (error: unknown): void => {
    if (ENDINGS.has(codeOf(error))) onEnded();
  };
  const start = (): void => {
    current?.unsubscribe();
    current = client.subscribe({ query: MODEL_CHANGED, variables: { modelId }, fetchPolicy: "no-cache" }).subscribe({
      next: ({ data, error }) => {
        if (error) said(error);
        if (error || !data) return;
        pause = FIRST_PAUSE_MS;
        onLive(true);
        onChange(data.modelChanged);
      },
      error: (error: unknown) => {
        said(error);
        again();
      },
      complete: again,
    });
  };
  start();
  return () => {
    stopped = true;
    clearTimeout(timer);
    current?.unsubscribe();
  };
}
