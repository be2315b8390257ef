import type { MouseEvent } from "react";

/** Takes a plain click for ourselves and leaves every other one to the browser. */
export function follow(event: MouseEvent, go: () => void): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go();
}
