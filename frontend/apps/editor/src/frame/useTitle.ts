import { useEffect } from "react";

/** Names the tab; a previewed page that names it otherwise does not count. */
export function useTitle(title: string): void {
  useEffect(() => {
    const keep = (): void => {
      if (document.title !== title) document.title = title;
    };
    keep();
    const observer = new MutationObserver(keep);
    observer.observe(document.head, { subtree: true, childList: true, characterData: true });
    return () => {
      observer.disconnect();
    };
  }, [title]);
}
