import js from "@eslint/js";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** What only the command line may touch: a library neither prints nor ends its caller's process. Its face, src/index.ts, may read PG*. */
const processBelongsToTheCommandLine = [
  { name: "process", message: "Only src/cli touches process; take what you need as a parameter." },
  { name: "console", message: "Only src/cli prints; return a Diagnostic or call the progress sink." },
];

const noProcessExit = {
  selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
  message: "process.exit stands in one file: src/cli/main.ts. Throw a PgstowError.",
};

const noDefaultExport = { selector: "ExportDefaultDeclaration", message: "Named exports only." };

export default defineConfig(
  globalIgnores(["dist/", "bundle/", "node_modules/", ".cache/"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: {
      "import-x/extensions": [".ts", ".js"],
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js"] })],
    },
    rules: {
      "no-restricted-syntax": ["error", noProcessExit, noDefaultExport],
      eqeqeq: "error",
      "import-x/no-cycle": "error",
      "import-x/no-self-import": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],

      // Taste, and what TypeScript itself checks better.
      "no-undef": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "@typescript-eslint/no-misused-spread": ["error", { allow: [{ from: "lib", name: "string" }, "string"] }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/unified-signatures": "off",
      "@typescript-eslint/return-await": ["error", "error-handling-correctness-only"],
    },
  },
  {
    files: ["src/**"],
    ignores: ["src/cli/**", "src/index.ts", "**/*.test.ts"],
    rules: {
      "no-restricted-globals": ["error", ...processBelongsToTheCommandLine],
      "no-restricted-imports": ["error", "process", "node:process", "console", "node:console"],
    },
  },
  { files: ["src/cli/main.ts"], rules: { "no-restricted-syntax": ["error", noDefaultExport] } },
  // Scripts that are run, not imported, end with an exit code.
  { files: ["bench/run.ts", "fixtures/demo/run.ts"], rules: { "no-restricted-syntax": ["error", noDefaultExport] } },
  { files: ["*.config.{ts,js}"], rules: { "no-restricted-syntax": "off" } },
  // Worker threads are plain JavaScript, because Node 20 cannot run TypeScript.
  {
    files: ["**/*.js"],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { "@typescript-eslint/explicit-function-return-type": "off" },
  },
);
