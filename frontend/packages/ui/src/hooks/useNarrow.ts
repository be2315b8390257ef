import { useSyncExternalStore } from "react";

const PHONE = "(max-width: 767px)";
const RAIL = "(max-width: 1199px)";

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
    () => false,
  );
}

/** Narrower than 768 px: the rules of the phone. */
export const usePhone = (): boolean => useMedia(PHONE);

/** Narrower than 1200 px: navigation is a rail. */
export const useRail = (): boolean => useMedia(RAIL);
