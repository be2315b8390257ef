import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { DatesProvider, type DayOfWeek } from "@mantine/dates";
import { setNonce } from "get-nonce";
import type { ReactNode } from "react";
import { I18nProvider } from "../i18n/I18nProvider";
import { Toaster } from "../components/Toaster/Toaster";
import { cssVariablesResolver, theme } from "./theme";

/** The key under which the reader's colour scheme is kept; the script before first paint reads the same one. */
export const COLOR_SCHEME_KEY = "torque-color-scheme";

const schemeManager = localStorageColorSchemeManager({ key: COLOR_SCHEME_KEY });

/** The nonce the server wrote into the page, which the style element that Mantine adds must carry. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

// The lock that keeps the page from scrolling behind a dialog adds a style element of its own.
if (styleNonce() !== "") setNonce(styleNonce());

/** Calendars colour weekends red, but red is a state here. */
const NO_WEEKEND: DayOfWeek[] = [];

export type TorqueProviderProps = {
  children: ReactNode;
  /** Fixes the scheme (stories, screenshots); by default the reader's choice or the system's. */
  forceColorScheme?: "light" | "dark";
  /** Language of dates and numbers and of the texts of the components. Default: the browser's, when we ship it. */
  locale?: string;
};

/** Theme, fonts, language and toasts: every screen and every story stands inside one. */
export function TorqueProvider({ children, forceColorScheme, locale }: TorqueProviderProps) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      colorSchemeManager={schemeManager}
      defaultColorScheme="auto"
      forceColorScheme={forceColorScheme}
      getStyleNonce={styleNonce}
    >
      <I18nProvider locale={locale}>
        <DatesProvider settings={{ firstDayOfWeek: 1, weekendDays: NO_WEEKEND }}>
          {children}
          <Toaster />
        </DatesProvider>
      </I18nProvider>
    </MantineProvider>
  );
}
