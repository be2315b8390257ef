import css from "@eslint/css";
import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import ts from "typescript-eslint";
import { designPlugin } from "./eslint/no-design-literals.js";

const code = ["**/*.{ts,tsx}"];
const tokens = ["packages/ui/src/theme/**"];
const outsideTheScreens = ["packages/ui/src/hooks/useNarrow.ts", "**/*.test.{ts,tsx}", "**/*.stories.tsx", "e2e/**", "*.ts", "**/fixtures/**"];

export default defineConfig(
  globalIgnores(["**/dist/**", "**/dist-readable/**", "**/node_modules/**", "**/test-results/**", "**/playwright-report/**"]),
  { files: ["**/*.{js,ts,tsx}"], extends: [js.configs.recommended] },
  { files: ["**/*.js"], languageOptions: { globals: { localStorage: "readonly", matchMedia: "readonly", document: "readonly" } } },
  {
    files: code,
    extends: [ts.configs.strict, ts.configs.stylistic],
    plugins: { "react-hooks": hooks, "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver({ project: "./tsconfig.json" })] },
    rules: {
      "no-undef": "off",
      "max-lines": ["error", { max: 400 }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/consistent-indexed-object-style": "off",
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "import-x/no-default-export": "error",
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
    },
  },
  // Playwright hands fixtures a function called `use`; nothing there is React.
  { files: ["e2e/**"], rules: { "react-hooks/rules-of-hooks": "off" } },
  { files: ["*.config.{ts,js}", "**/vite.config.ts", "**/playwright.config.ts", "**/*.stories.tsx", "**/.storybook/**", "**/*.d.ts"], rules: { "import-x/no-default-export": "off" } },
  {
    files: ["packages/{ui,runtime,model,client}/src/**/*.{ts,tsx}", "apps/*/src/**/*.{ts,tsx}"],
    ignores: [...tokens, ...outsideTheScreens],
    plugins: { design: designPlugin },
    rules: { "design/script": "error" },
  },
  { files: ["**/*.css"], ignores: tokens, language: "css/css", plugins: { css, design: designPlugin }, rules: { "design/style": "error" } },
  { files: ["packages/{protocol,client,model}/src/**/*.{ts,tsx}"], rules: { "no-restricted-imports": ["error", { patterns: ["react", "react-dom", "@mantine/*", "@torque/ui", "@torque/runtime"] }] } },
  { files: ["packages/ui/src/**/*.{ts,tsx}"], rules: { "no-restricted-imports": ["error", { patterns: ["@torque/client", "@torque/runtime", "@torque/model", "@apollo/*", "@tanstack/react-query"] }] } },
  { files: ["packages/*/src/**/*.{ts,tsx}"], ignores: ["packages/*/src/index.ts"], rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: ["../index", "./index", "../../index"] }] } },
);
