import { defineConfig } from "@playwright/test";

// The built web UI on the fake backend, in the system's Chromium.
export default defineConfig({
  testDir: ".",
  outputDir: "test-results/artifacts",
  // By files: the looks of all views take as long as everything else.
  workers: 2,
  timeout: 30_000,
  reporter: [["list"]],
  use: {
    baseURL: "http://127.0.0.1:4173",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    },
  },
  webServer: {
    command: "npm run build && npm run preview",
    cwd: "../../ui",
    url: "http://127.0.0.1:4173",
    reuseExistingServer: true,
  },
});
