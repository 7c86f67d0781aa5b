// The browser suite: one demo server for all specs, started by setup.ts.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "test-results",
  // What a screen reader reads of each sample: reviewed like code, made anew by --update-snapshots.
  snapshotPathTemplate: "{testDir}/aria/{arg}{ext}",
  globalSetup: "./setup.ts",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // A test that passes at the second try hides something; there is no second try.
  retries: 0,
  workers: Number(process.env.PLAYWRIGHT_WORKERS ?? 2),
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    locale: "en-US",
    // Charts and dates are UTC; a reader's own time zone must not show.
    timezoneId: "America/Los_Angeles",
    viewport: { width: 1280, height: 900 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
});
