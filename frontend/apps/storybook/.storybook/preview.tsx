import "../../../packages/ui/src/theme/styles";
import { runtimeTexts } from "@torque/runtime";
import type { Decorator, Preview } from "@storybook/react-vite";
import { TextsProvider, TorqueProvider } from "@torque/ui";
import { useEffect, type ReactNode } from "react";

/** What stands around every story: the theme in the chosen scheme and the texts in the chosen language. */
function Surroundings({ scheme, locale, children }: { scheme: "light" | "dark"; locale: string; children: ReactNode }) {
  useEffect(() => document.documentElement.setAttribute("data-mantine-color-scheme", scheme), [scheme]);
  return (
    <TextsProvider texts={runtimeTexts}>
      <TorqueProvider key={scheme} forceColorScheme={scheme} locale={locale}>
        {children}
      </TorqueProvider>
    </TextsProvider>
  );
}

const withTorque: Decorator = (Story, { globals }) => (
  <Surroundings scheme={globals.scheme === "dark" ? "dark" : "light"} locale={String(globals.locale)}>
    <Story />
  </Surroundings>
);

const preview: Preview = {
  decorators: [withTorque],
  // A story begins as a reader who has chosen nothing yet, whatever the story before chose.
  beforeEach: () => {
    localStorage.clear();
  },
  parameters: {
    layout: "fullscreen",
    a11y: { test: "error" },
    controls: { disable: true },
    viewport: {
      options: {
        phone: { name: "Phone", styles: { width: "390px", height: "844px" } },
        rail: { name: "Narrow window", styles: { width: "1024px", height: "800px" } },
      },
    },
  },
  globalTypes: {
    scheme: { description: "Colour scheme", toolbar: { icon: "contrast", items: ["light", "dark"], dynamicTitle: true } },
    locale: { description: "Locale", toolbar: { icon: "globe", items: ["en-GB", "de-DE"], dynamicTitle: true } },
  },
  initialGlobals: { scheme: "light", locale: "en-GB" },
};

export default preview;
