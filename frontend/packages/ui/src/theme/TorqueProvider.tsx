import { MantineProvider, MantineThemeProvider, type CSSVariablesResolver, type MantineColorScheme } from "@mantine/core";
import { DatesProvider, type DayOfWeek } from "@mantine/dates";
import { setNonce } from "get-nonce";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { firstDayOfWeek } from "../format/calendar";
import { I18nProvider, languageOf, useLocale } from "../i18n/I18nProvider";
import { Toaster } from "../components/Toaster/Toaster";
import { accentOf } from "./accent";
import { createSchemeManager } from "./schemeManager";
import { cssVariablesResolver, theme } from "./theme";

/** The nonce the server wrote into the page, which the style element that Mantine adds must carry. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

// The lock that keeps the page from scrolling behind a dialog adds a style element of its own.
if (typeof document !== "undefined" && styleNonce() !== "") setNonce(styleNonce());

/** Calendars colour weekends red, but red is a state here. */
const NO_WEEKEND: DayOfWeek[] = [];

export type TorqueProviderProps = {
  children: ReactNode;
  /** Fixes the scheme (stories, screenshots); by default the reader's choice, else `startScheme`. */
  forceColorScheme?: "light" | "dark";
  /** The scheme an application starts with, until the reader chooses. Default "auto": the system's. */
  startScheme?: MantineColorScheme | null;
  /** The theme of a model: a CSS colour becomes the accent; any other word leaves ours. */
  accent?: string | null;
  /** Language of dates and numbers and of the texts of the components. Default: the browser's, when we ship it. The reader's choice counts more. */
  locale?: string;
};

/**
 * Calendars in the language of the texts, with the week of the reader's country. Their arrows have names, and days of the
 * months around, too faint to read, are left out.
 */
function Calendars({ children }: { children: ReactNode }) {
  const locale = useLocale();
  const { t } = useTranslation("ui");
  const named = useMemo(() => {
    const calendar = { nextLabel: t("calendar.next"), previousLabel: t("calendar.previous"), hideOutsideDates: true };
    return {
      components: {
        Calendar: { defaultProps: calendar },
        DatePicker: { defaultProps: calendar },
        // Its role would be a dialog without a name.
        DateTimePicker: { defaultProps: { popoverProps: { withRoles: false } } },
      },
    };
  }, [t]);
  return (
    <MantineThemeProvider theme={named}>
      <DatesProvider settings={{ locale: languageOf(locale), firstDayOfWeek: firstDayOfWeek(locale) as DayOfWeek, weekendDays: NO_WEEKEND }}>{children}</DatesProvider>
    </MantineThemeProvider>
  );
}

/** Theme, fonts, language and toasts: every screen and every story stands inside one. */
export function TorqueProvider({ children, forceColorScheme, startScheme, accent, locale }: TorqueProviderProps) {
  const [schemes] = useState(createSchemeManager);
  useEffect(() => {
    if (startScheme) schemes.suggest(startScheme);
  }, [schemes, startScheme]);
  const resolver = useMemo<CSSVariablesResolver>(() => {
    const own = accentOf(accent);
    if (!own) return cssVariablesResolver;
    return (current) => {
      const { variables, light, dark } = cssVariablesResolver(current);
      return { variables, light: { ...light, ...own.light }, dark: { ...dark, ...own.dark } };
    };
  }, [accent]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={resolver} colorSchemeManager={schemes} defaultColorScheme="auto" forceColorScheme={forceColorScheme} getStyleNonce={styleNonce}>
      <I18nProvider locale={locale}>
        <Calendars>
          {children}
          <Toaster />
        </Calendars>
      </I18nProvider>
    </MantineProvider>
  );
}
