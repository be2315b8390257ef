import { codeOf, createClient, type TorqueClient } from "@torque/client";
import type { ModelMetadata, SessionInfo } from "@torque/protocol";
import { errorText, keys, type FormPlace, metadataQuery, pageQuery, preloadComponents, RuntimeProvider, shouldRetry, useConnection, useModelEvents, useOfflineSince } from "@torque/runtime";
import { useLocale } from "@torque/ui";
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useParams } from "react-router";
import { ApplicationFrame } from "../frame/ApplicationFrame";
import { useAppearance } from "../appearance";
import { Failed, Forbidden, SignedOut, UnknownApplication, Unreachable } from "../screens/Screens";
import { FrameLoading } from "../frame/FrameLoading";
import { START_PAGE } from "./places";
import type { Unsaved } from "./unsaved";
import { UnsavedGuard } from "./UnsavedGuard";
import { useAddress } from "./useAddress";

preloadComponents();

/** A fresh answer is good for this long: going back draws at once and asks again behind. */
const FRESH_MS = 1000;

/** How often a page that could not be drawn asks whether the server is there again. */
const KNOCK_MS = 3000;

const SHUT_OUT = new Set(["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"]);

const createCache = (): QueryClient =>
  new QueryClient({ defaultOptions: { queries: { networkMode: "always", retry: shouldRetry, staleTime: FRESH_MS, refetchOnWindowFocus: false } } });

/** `/app/{application}`: one client and one cache for as long as the reader stays in it. */
export function ApplicationRoute() {
  const { application = "" } = useParams();
  const client = useMemo(() => createClient({ application }), [application]);
  const cache = useMemo(createCache, [client]);
  useEffect(() => () => client.close(), [client]);
  return (
    <QueryClientProvider client={cache}>
      <Application key={application} name={application} client={client} />
    </QueryClientProvider>
  );
}

function useSession(client: TorqueClient): SessionInfo | null {
  const { data } = useQuery({ queryKey: ["session"], queryFn: () => client.session(), retry: false, staleTime: Number.POSITIVE_INFINITY });
  return data ?? null;
}

function Application({ name, client }: { name: string; client: TorqueClient }) {
  const { page = START_PAGE } = useParams();
  const locale = useLocale();
  const metadata = useQuery({
    ...metadataQuery(client, locale),
    refetchInterval: ({ state }) => (!state.data && codeOf(state.error) === "CONNECTION_LOST" ? KNOCK_MS : false),
  });
  const capabilities = useQuery({ queryKey: keys.capabilities, queryFn: () => client.call("getCapabilities", {}), staleTime: Number.POSITIVE_INFINITY });
  // Asked here, in one batch with the frame; the page itself finds the answer in the cache.
  useQuery(pageQuery(client, page, locale));
  const transport = capabilities.data?.live.transport;
  useEffect(() => {
    if (transport) client.setTransport(transport);
  }, [client, transport]);
  const session = useSession(client);
  useAppearance(metadata.data);
  // Rights can be narrowed while the page is open: an answer that says so counts more than what was read before.
  const shutOut = SHUT_OUT.has(codeOf(metadata.error));
  if (metadata.data && !shutOut) return <Running client={client} metadata={metadata.data} session={session} />;
  if (metadata.isPending) return <FrameLoading />;
  return <NotRunning name={name} error={metadata.error} signedIn={session !== null} onRetry={() => void metadata.refetch()} />;
}

type NotRunningProps = { name: string; error: Error | null; signedIn: boolean; onRetry: () => void };

function NotRunning({ name, error, signedIn, onRetry }: NotRunningProps) {
  const { t } = useTranslation("runtime");
  switch (codeOf(error)) {
    case "NOT_FOUND":
      return <UnknownApplication name={name} />;
    case "UNAUTHENTICATED":
      return <SignedOut onRetry={onRetry} />;
    case "FORBIDDEN":
      return signedIn ? <Forbidden /> : <SignedOut onRetry={onRetry} />;
    case "CONNECTION_LOST":
      return <Unreachable onRetry={onRetry} />;
    default:
      return <Failed message={errorText(error, t("error.offline"), t("error.unknown"))} code={codeOf(error)} onRetry={onRetry} />;
  }
}

function Running({ client, metadata, session }: { client: TorqueClient; metadata: ModelMetadata; session: SessionInfo | null }) {
  const address = useAddress();
  const unsaved = useRef<Unsaved>({ drawer: 0, page: 0 });
  const cache = useQueryClient();
  const offlineSince = useOfflineSince(client);
  const connection = useConnection(client).name;
  useEffect(() => {
    if (connection === "live") void cache.refetchQueries({ predicate: ({ state }) => state.status === "error" });
  }, [connection, cache]);
  useModelEvents(client);
  useEffect(() => {
    if (offlineSince) void cache.invalidateQueries({ queryKey: keys.metadata });
  }, [offlineSince, cache]);
  useEffect(() => {
    const back = (): void => {
      client.retryNow();
      void cache.invalidateQueries();
    };
    const gone = (): void => client.loseConnection();
    window.addEventListener("online", back);
    window.addEventListener("offline", gone);
    return () => {
      window.removeEventListener("online", back);
      window.removeEventListener("offline", gone);
    };
  }, [client, cache]);
  const onUnsaved = useCallback((place: FormPlace, count: number) => {
    unsaved.current[place] = count;
  }, []);
  return (
    <RuntimeProvider client={client} metadata={metadata} user={session} address={address} onUnsaved={onUnsaved}>
      <ApplicationFrame client={client} metadata={metadata} session={session}>
        <Outlet context={client} />
      </ApplicationFrame>
      <UnsavedGuard unsaved={unsaved} />
    </RuntimeProvider>
  );
}
