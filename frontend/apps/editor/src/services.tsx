/** What every screen may reach: handed down once, never global. */
import type { ApolloClient } from "@apollo/client";
import { createContext, useContext, useSyncExternalStore, type ReactNode } from "react";
import type { CallLog, Calls } from "./api/calls";

export type Services = {
  client: ApolloClient;
  calls: CallLog;
  /** Leaves for the sign-in page. */
  signedOut: () => void;
};

const Context = createContext<Services | null>(null);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <Context value={services}>{children}</Context>;
}

export function useServices(): Services {
  const services = useContext(Context);
  if (!services) throw new Error("ServicesProvider is missing");
  return services;
}

export function useCalls(): Calls {
  const { calls } = useServices();
  return useSyncExternalStore(calls.subscribe, calls.getState);
}
