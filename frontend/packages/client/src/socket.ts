/** A WebSocket as live transport: calls and events on one connection. */
import type { LiveHandlers, LiveTransportConnection } from "./connection";

export function openSocket(url: string, handlers: LiveHandlers): LiveTransportConnection {
  const socket = new WebSocket(url);
  let closed = false;
  const end = (): void => {
    if (closed) return;
    closed = true;
    handlers.closed();
  };
  socket.onopen = () => handlers.opened();
  socket.onclose = end;
  socket.onerror = () => socket.close();
  socket.onmessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data === "string") handlers.message(JSON.parse(event.data), event.timeStamp);
  };
  return {
    close: () => {
      closed = true;
      socket.close();
    },
    send: (frame) => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(frame);
      return true;
    },
  };
}
