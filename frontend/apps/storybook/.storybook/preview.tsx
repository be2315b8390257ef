import "../../../packages/ui/src/theme/styles";
import { TextsProvider, TorqueProvider } from "@torque/ui";
import { runtimeTexts } from "@torque/runtime";
import type { Decorator, Preview } from "@storybook/react-vite";
import { useEffect } from "react";

const withTorque: Decorator = (Story, { globals }) => {
  const scheme = globals.scheme === "dark" ? "dark" : "light";
  useEffect(() => document.documentElement.setAttribute("data-mantine-color-scheme", scheme), [scheme]);
  return (
    <TextsProvider texts={runtimeTexts}>
      <TorqueProvider key={scheme} forceColorScheme={scheme} locale={String(globals.locale)}>
        <Story />
      </TorqueProvider>
    </TextsProvider>
  );
};

const preview: Preview = {
  decorators: [withTorque],
  parameters: { layout: "fullscreen", a11y: { test: "error" }, controls: { disable: true } },
  globalTypes: {
    scheme: { description: "Colour scheme", toolbar: { icon: "contrast", items: ["light", "dark"], dynamicTitle: true } },
    locale: { description: "Locale", toolbar: { icon: "globe", items: ["en-GB", "de-DE"], dynamicTitle: true } },
  },
  initialGlobals: { scheme: "light", locale: "en-GB" },
};

export default preview;
