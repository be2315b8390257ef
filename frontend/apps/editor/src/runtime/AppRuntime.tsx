import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { codeOf, createClient, type TorqueClient } from "@torque/client";
import { errorText, keys, RuntimeProvider, shouldRetry, useModelEvents, type Address } from "@torque/runtime";
import { ErrorPane } from "@torque/ui";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LoadingRows } from "../parts/States";

export type AppRuntimeProps = {
  /** Name of the application whose records are shown. */
  application: string;
  address: Address;
  children: ReactNode;
};

/** The runtime of an application inside the editor: its data, live, with the session of whoever edits. */
export function AppRuntime({ application, address, children }: AppRuntimeProps) {
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: shouldRetry, staleTime: 30_000 } } }));
  const [client, setClient] = useState<TorqueClient>();
  useEffect(() => {
    const made = createClient({ application });
    setClient(made);
    return () => {
      made.close();
      queries.clear();
    };
  }, [application, queries]);
  return (
    <QueryClientProvider client={queries}>
      {client && (
        <Metadata client={client} address={address}>
          {children}
        </Metadata>
      )}
    </QueryClientProvider>
  );
}

function Metadata({ client, address, children }: { client: TorqueClient; address: Address; children: ReactNode }) {
  const { t } = useTranslation("runtime");
  useModelEvents(client);
  const { data, error, refetch } = useQuery({ queryKey: keys.metadata, queryFn: ({ signal }) => client.call("getModelMetadata", {}, { signal }) });
  if (data) {
    return (
      <RuntimeProvider client={client} metadata={data} address={address}>
        {children}
      </RuntimeProvider>
    );
  }
  if (!error) return <LoadingRows />;
  return <ErrorPane message={errorText(error, t("error.offline"), t("error.unknown"))} code={codeOf(error)} onRetry={() => void refetch()} />;
}
