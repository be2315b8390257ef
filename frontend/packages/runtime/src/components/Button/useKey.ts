import { useEffect, useEffectEvent } from "react";

/** Where letters are typed, or mean something else. */
const BUSY = "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox], [role=combobox]";

/** Presses a button by a letter, as long as no field has the focus and nothing stands over the page. */
export function useKey(key: string, wanted: boolean, press: () => void): void {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const { target, ctrlKey, altKey, metaKey, repeat, defaultPrevented } = event;
    if (event.key.toLowerCase() !== key || ctrlKey || altKey || metaKey || repeat || defaultPrevented) return;
    if ((target instanceof Element && target.closest(BUSY)) || document.querySelector("[role=dialog]")) return;
    event.preventDefault();
    press();
  });
  useEffect(() => {
    if (!wanted) return undefined;
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [wanted]);
}
