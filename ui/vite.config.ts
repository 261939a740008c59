import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// As strict as the shell's, so that the browser tests find what it would block. Its pictures come by a scheme of their own,
// the simulation's are drawn.
const CSP = "default-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'";

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  server: { port: 1420, strictPort: true, host: "127.0.0.1" },
  preview: { port: 4173, strictPort: true, host: "127.0.0.1", headers: { "Content-Security-Policy": CSP } },
  // WebKitGTK 4.1 on Debian 12 and Ubuntu 22.04, WKWebView on macOS 13, WebView2.
  build: {
    target: ["safari16.4", "chrome111"],
    assetsInlineLimit: 0,
    // The start takes few files: each is a call to the shell.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] } } },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
