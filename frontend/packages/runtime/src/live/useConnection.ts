import type { ConnectionState, TorqueClient } from "@torque/client";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";

/** A reconnect faster than this is not worth a word. */
const SILENT_MS = 2000;

export const useConnection = (client: TorqueClient): ConnectionState =>
  useSyncExternalStore(
    (changed) => client.onConnection(changed),
    () => client.connection,
  );

/** Since when the connection is lost, once that has lasted two seconds; null while it stands. */
export function useOfflineSince(client: TorqueClient): Date | null {
  const state = useConnection(client);
  const since = state.name === "offline" || state.name === "connecting" ? state.since : null;
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (since === null) return undefined;
    const timer = setTimeout(() => setLate(true), Math.max(0, since + SILENT_MS - Date.now()));
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [since]);
  return useMemo(() => (since !== null && late ? new Date(since) : null), [since, late]);
}
