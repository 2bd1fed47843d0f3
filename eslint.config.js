// The rules of lint: the test `:lint` of each package runs them on its sources, editors on what is open.
// A rule stands here only if a reader profits from it in every file; formatting is prettier's.
import tseslint from "typescript-eslint";
import { rules } from "./tools/lint-rules/rules.js";

/** Files that may hold a binding, and hand out only what takes a tenant with each call. */
const adapters = [
  String.raw`/platform/ai-gateway/(?:run-model|speech-client|workers-ai-client)\.ts$`,
  String.raw`/platform/worker/(?:env|tenant-bindings|chat-session|ingest-workflow|speech-runs)\.ts$`,
  String.raw`/platform/worker/objects/[a-z0-9-]+/[a-z0-9-]+-object\.ts$`,
  String.raw`/platform/storage/(?:d1|vectorize)-[a-z0-9-]+\.ts$`,
  String.raw`/platform/[a-z-]+/kv-[a-z0-9-]+\.ts$`,
  String.raw`/platform/[a-z-]+/[a-z-]+-object\.ts$`,
  // The SQLite databases of Durable Objects.
  String.raw`/platform/chat/(?:session-store|session-tables|tool-state|turn-log)\.ts$`,
  String.raw`/platform/idempotency/record-store\.ts$`,
  String.raw`/platform/limits/(?:ledger|rate)-book\.ts$`,
  String.raw`/platform/metrics/(?:alert|rollup)-book\.ts$`,
];

/** `any` by another name, and what the layers forbid. The message says what to do instead. */
const restrictedSyntax = [
  {
    selector: "ExportAllDeclaration",
    message: "No barrel files: import from the file that defines it.",
  },
  {
    selector: "TSEnumDeclaration",
    message: 'Write a union of literals, or an object "as const".',
  },
  {
    selector: "CallExpression[callee.property.name='only'][callee.object.name=/^(test|it|describe|suite)$/]",
    message: "Remove `only`: it leaves all other tests out. Use --test_filter instead.",
  },
];

export default tseslint.config(
  { ignores: ["node_modules/", ".bazel/", "**/*.js", "**/*.cjs", "**/*.mjs"] },
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { repository: { rules } },
    rules: {
      "repository/kebab-case-file-name": "error",
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 80 }],
      "no-restricted-syntax": ["error", ...restrictedSyntax],
      "no-restricted-globals": [
        "error",
        {
          name: "Buffer",
          message: 'import { Buffer } from "node:buffer": the types of Workers declare the global as any.',
        },
      ],
      "no-restricted-exports": ["error", { restrictDefaultExports: { named: true } }],
      "no-restricted-imports": [
        "error",
        { paths: ["zod", "zod/mini", "zod/v4"].map((name) => ({ name, message: 'import * as z from "#base/zod"' })) },
      ],
      // `x == null` asks for both kinds of nothing, as JSON of other people holds them.
      eqeqeq: ["error", "always", { null: "ignore" }],
      // A number or a boolean in a message is what it looks like.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // `() => promise` as a handler whose result nobody reads is a floating promise; attributes of objects are not.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // A quarter of lint's time for what cannot be here: there are no enums, and #fields make a class a type of its own.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // process.env["X"] and record["key"]: the index signature says that it may be missing.
      "@typescript-eslint/dot-notation": "off",
    },
  },
  {
    // The walls between tenants: code that runs in a tenant's Worker.
    files: ["apps/**/*.ts", "platform/**/*.ts"],
    ignores: ["platform/simulators/**", "platform/console/**", "**/testing/**", "**/*.test.ts"],
    rules: {
      "repository/bindings-in-adapters": ["error", adapters],
      "repository/keys-from-scoped-key": "error",
      "repository/tenant-id-first": "error",
      "repository/no-lookup-by-text": "error",
      "repository/platform-errors": "error",
    },
  },
  {
    files: ["**/*.test.ts"],
    rules: {
      // describe() and it() return promises that the runner awaits.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["describe", "it", "suite", "test"] },
          ],
        },
      ],
      // A suite is one function, as long as its tests are short.
      "max-lines-per-function": "off",
    },
  },
  {
    // The one place that chooses a dialect of zod: all others import from here.
    files: ["platform/base/zod.ts"],
    rules: { "no-restricted-imports": "off", "no-restricted-syntax": "off" },
  },
  {
    // Simulators stand for Cloudflare and use nothing of the product.
    files: ["platform/simulators/**/*.ts"],
    rules: { "no-restricted-imports": "off" },
  },
  {
    // Clients in the field still send what newer versions call deprecated: that is what these tests are for.
    files: ["tests/clients/**/*.ts"],
    rules: { "@typescript-eslint/no-deprecated": "off" },
  },
);
