import { defineConfig } from "@playwright/test";
import { chromiumLaunch } from "../chromium";

/**
 * Runs against a server that is already there: BASE_URL says where. It lets the tests in by SIGN_IN_URL (a link that was
 * not used yet), or by TORQUE_BIN and TORQUE_FOLDER, with which they ask for links of their own.
 */
export default defineConfig({
  testDir: ".",
  outputDir: "../test-results",
  fullyParallel: false,
  workers: 1,
  // A machine that builds for others may stall a browser for seconds; what passes only then is listed as flaky, to be mended.
  retries: process.env.CI === undefined ? 0 : 1,
  // Tests wait for states; these bounds are for what never comes, on a machine many times slower than this.
  timeout: 240_000,
  expect: { timeout: 40_000, toHaveScreenshot: { maxDiffPixelRatio: 0.01, animations: "disabled" } },
  reporter: [["list"]],
  snapshotPathTemplate: "{testDir}/{testFileDir}/screenshots/{arg}{ext}",
  use: {
    baseURL: process.env.BASE_URL ?? "http://127.0.0.1:8080",
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
    launchOptions: chromiumLaunch,
  },
  projects: [{ name: "chromium" }],
});
