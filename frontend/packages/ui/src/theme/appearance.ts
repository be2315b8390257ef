/** An application's accent for who edits its model: what the screen makes of a colour, and how it looks inside another screen. */
import type { MantineColorScheme } from "@mantine/core";
import { accentOf, type AccentTokens } from "./accent";
import { contrast, readHex, type Rgb } from "./oklch";
import { primaryVariables } from "./theme";

export type Scheme = Exclude<MantineColorScheme, "auto">;

export type AccentReading = {
  /** As screens draw it. */
  colour: string;
  /** WCAG contrast with the text on it. */
  ratio: number;
};

const rgb = (hex: string): Rgb => readHex(hex) ?? [0, 0, 0];
const read = (tokens: AccentTokens): AccentReading => ({ colour: tokens["--tq-accent"], ratio: contrast(rgb(tokens["--tq-accent"]), rgb(tokens["--tq-on-accent"])) });

/** What each scheme makes of a model's theme; null where it names no colour. */
export function readAccent(theme: string | null | undefined): Record<Scheme, AccentReading> | null {
  const tokens = accentOf(theme);
  return tokens && { light: read(tokens.light), dark: read(tokens.dark) };
}

/** The style that gives a part of a screen an application's accent; empty where its theme names no colour. */
export function accentStyle(theme: string | null | undefined, scheme: Scheme): Record<string, string> {
  const tokens = accentOf(theme)?.[scheme];
  return tokens ? { ...tokens, ...primaryVariables } : {};
}
