import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const tauriOnlyInIpc = {
  patterns: [{ group: ["@tauri-apps/*"], message: "Only src/ipc/ may import Tauri." }],
};

export default ts.config(
  { ignores: ["dist", "node_modules", "src/ipc/bindings.ts"] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  {
    rules: {
      "no-undef": "off",
      "no-restricted-imports": ["error", tauriOnlyInIpc],
      // Sets and maps that nothing is drawn from are plain on purpose.
      "svelte/prefer-svelte-reactivity": "off",
    },
  },
  { files: ["src/ipc/**"], rules: { "no-restricted-imports": "off" } },
);
