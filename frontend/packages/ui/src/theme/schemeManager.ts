/** Keeps the reader's colour scheme, and beside it the one an application starts with. */
import { localStorageColorSchemeManager, type MantineColorScheme, type MantineColorSchemeManager } from "@mantine/core";

/** The key under which the reader's choice is kept; the script before first paint reads the same one. */
export const COLOR_SCHEME_KEY = "torque-color-scheme";

/** Where the start of the open application is kept, so that its next visit begins in it: `/app/{application}`. */
export const startKey = (pathname: string): string => `${COLOR_SCHEME_KEY}:${pathname.split("/").slice(0, 3).join("/")}`;

export type SchemeManager = MantineColorSchemeManager & {
  /** What an application starts with; the reader's own choice counts more. */
  suggest: (scheme: MantineColorScheme) => void;
};

const isScheme = (value: string | null): value is MantineColorScheme => value === "light" || value === "dark" || value === "auto";

function read(key: string): MantineColorScheme | null {
  try {
    const value = localStorage.getItem(key);
    return isScheme(value) ? value : null;
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

export function createSchemeManager(): SchemeManager {
  const kept = localStorageColorSchemeManager({ key: COLOR_SCHEME_KEY });
  let suggesting = false;
  let tell: ((scheme: MantineColorScheme) => void) | null = null;
  const get = (fallback: MantineColorScheme): MantineColorScheme => read(COLOR_SCHEME_KEY) ?? read(startKey(location.pathname)) ?? fallback;
  return {
    get,
    set: (scheme) => {
      if (!suggesting) write(COLOR_SCHEME_KEY, scheme);
    },
    subscribe: (onUpdate) => {
      tell = onUpdate;
      kept.subscribe(onUpdate);
    },
    unsubscribe: () => {
      tell = null;
      kept.unsubscribe();
    },
    clear: kept.clear,
    suggest: (scheme) => {
      write(startKey(location.pathname), scheme);
      if (read(COLOR_SCHEME_KEY)) return;
      suggesting = true;
      tell?.(scheme);
      suggesting = false;
    },
  };
}
