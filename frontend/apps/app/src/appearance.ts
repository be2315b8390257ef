import type { ModelMetadata } from "@torque/protocol";
import { readersLocale } from "@torque/ui";
import { createContext, useContext, useEffect } from "react";

/** How the open application wants to be shown; what the reader chose counts more. */
export type Appearance = { locale?: string; accent?: string | null; startScheme?: "light" | "dark" | "auto" | null };

/** Sets the appearance of everything on screen. */
export const AppearanceSetter = createContext<(appearance: Appearance) => void>(() => {});

const isScheme = (value: unknown): value is "light" | "dark" | "auto" => value === "light" || value === "dark" || value === "auto";

/** An application speaks its model's language and wears its colour; dates and numbers follow the reader's country where the languages agree. */
export function useAppearance(metadata: ModelMetadata | undefined): void {
  const setAppearance = useContext(AppearanceSetter);
  const { locale, theme, colorScheme } = metadata ?? {};
  const known = metadata !== undefined;
  useEffect(() => {
    if (known) setAppearance({ locale: locale ? readersLocale(locale) : undefined, accent: theme, startScheme: isScheme(colorScheme) ? colorScheme : null });
  }, [known, locale, theme, colorScheme, setAppearance]);
  useEffect(() => () => setAppearance({}), [setAppearance]);
}
