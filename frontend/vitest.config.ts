import { fileURLToPath } from "node:url";
import { storybookTest } from "@storybook/addon-vitest/vitest-plugin";
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumLaunch } from "./chromium.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// A busy machine of two cores may need many seconds for what takes one; a hang still ends.
const testTimeout = 30_000;

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [react()],
        test: {
          name: "packages",
          testTimeout,
          environment: "jsdom",
          globals: false,
          include: ["packages/*/src/**/*.test.{ts,tsx}", "apps/*/src/**/*.test.{ts,tsx}", "eslint/*.test.js"],
          setupFiles: [here("./vitest.setup.ts")],
          css: { modules: { classNameStrategy: "non-scoped" } },
        },
      },
      {
        plugins: [react(), storybookTest({ configDir: here("./apps/storybook/.storybook") })],
        test: {
          name: "storybook",
          testTimeout,
          browser: {
            enabled: true,
            headless: true,
            provider: playwright({ launchOptions: chromiumLaunch }),
            instances: [{ browser: "chromium" }],
            viewport: { width: 1280, height: 800 },
          },
        },
      },
    ],
  },
});
