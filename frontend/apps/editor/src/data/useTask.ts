import { useEffect, useRef, useState } from "react";
import type { Progress } from "./many";

export type TaskState = { name: "asking" } | { name: "running"; progress: Progress | null } | { name: "failed"; error: unknown };

export type Running = {
  state: TaskState;
  /** Runs it; `done` is called with its result unless it failed. */
  run: <T>(work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<T>, done: (result: T) => void) => void;
  /** Ends it after the batch that is under way. */
  stop: () => void;
};

/** Work that takes a while: how far it is, and a way to stop it. A dialog that goes takes its work along. */
export function useTask(): Running {
  const [state, setState] = useState<TaskState>({ name: "asking" });
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);
  const run: Running["run"] = (work, done) => {
    const mine = new AbortController();
    control.current = mine;
    setState({ name: "running", progress: null });
    work(mine.signal, (progress) => { setState({ name: "running", progress }); }).then(done, (error: unknown) => {
      setState({ name: "failed", error });
    });
  };
  return { state, run, stop: () => control.current?.abort() };
}
