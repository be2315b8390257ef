/** Server-sent events as live transport: the topics are in the address, so a new set opens a new stream. */
import type { SubscribeResult } from "@torque/protocol";
import type { LiveHandlers, LiveTransportConnection } from "./connection";

export function openStream(url: string, topics: readonly string[], since: string | null, handlers: LiveHandlers): LiveTransportConnection {
  const query = new URLSearchParams();
  if (topics.length > 0) query.set("topics", topics.join(","));
  if (since) query.set("since", since);
  const source = new EventSource(`${url}?${query}`, { withCredentials: true });
  let closed = false;
  source.onopen = () => handlers.opened();
  source.onerror = () => {
    source.close();
    if (closed) return;
    closed = true;
    handlers.closed();
  };
  source.onmessage = (event: MessageEvent<string>) => handlers.message({ method: "event", params: JSON.parse(event.data) });
  source.addEventListener("subscribed", (event: MessageEvent<string>) => handlers.position(JSON.parse(event.data) as SubscribeResult));
  source.addEventListener("ended", () => {
    source.close();
    handlers.closed();
  });
  return {
    close: () => {
      closed = true;
      source.close();
    },
    send: () => false,
  };
}
