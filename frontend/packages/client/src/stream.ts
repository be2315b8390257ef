/** Server-sent events as live transport: the topics are in the address, so a new set opens a new stream. */
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
  const hear = (event: MessageEvent<string>): void => handlers.message({ method: "event", params: JSON.parse(event.data) });
  source.onmessage = hear;
  source.addEventListener("event", hear);
  source.addEventListener("resync", (event) => {
    const data: unknown = event instanceof MessageEvent && typeof event.data === "string" && event.data !== "" ? JSON.parse(event.data) : {};
    handlers.message({ method: "event", params: { kind: "resync", topic: "", seq: "", data, ...(typeof data === "object" ? data : {}) } });
  });
  return {
    close: () => {
      closed = true;
      source.close();
    },
    send: () => false,
  };
}
