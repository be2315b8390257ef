import { useEffect, useState } from "react";

/** Leads to the address of GraphQL, wherever the configuration puts that. */
export const PLAYGROUND = "/playground/";

/** Whether this server has a GraphQL playground: its address leads on where there is one. */
export function usePlayground(): boolean {
  const [there, setThere] = useState(false);
  useEffect(() => {
    const control = new AbortController();
    fetch(PLAYGROUND, { method: "HEAD", redirect: "manual", signal: control.signal }).then(
      ({ type }) => {
        setThere(type === "opaqueredirect");
      },
      () => undefined,
    );
    return () => {
      control.abort();
    };
  }, []);
  return there;
}
