const buildOf = (id: string): string => `load("//tools/build:defs.bzl", "tenant")

# One call, as everywhere.
tenant(name = "${id}")
`;

const configOf = (id: string): string => `{
  // Who it is.
  "tenantId": "${id}", // the folder's name
  "displayName": "${id}",
  /* Shared. */
  "accountId": "0123456789abcdef0123456789abcdef" // for now
}
`;

/** The files that generators edit, as they are in this repository, with few lines each. */
export const SMALL_CHECKOUT: ReadonlyMap<string, string> = new Map([
  [".prettierrc.json", '{ "printWidth": 120 }\n'],
  ...["acme", "globex"].flatMap((id): [string, string][] => [
    [`tenants/${id}/BUILD.bazel`, buildOf(id)],
    [`tenants/${id}/tenant.config.json`, configOf(id)],
  ]),
  ["tenants/acme/golden/wrangler.staging.jsonc", "{}\n"],
  ["platform/worker/tenant-bindings.ts", "export type TenantBindings = object;\n"],
  [
    "platform/llm-tools/BUILD.bazel",
    `load("//tools/build:defs.bzl", "ts_library", "ts_test")

# The tools.
ts_library(
    name = "llm-tools",
    srcs = [
        "answer-calls.ts",
        "builtin/all-tools.ts",
        "builtin/kv-get.ts",
        "check-values.ts",
    ],
)

ts_test(
    name = "test",
    srcs = [
        "builtin/builtin-tools.test.ts",
        "hostile-arguments.test.ts",
    ],
)
`,
  ],
  [
    "platform/llm-tools/builtin/all-tools.ts",
    `import { classifyIntent } from "#llm-tools/builtin/classify-intent";
import { kvGet } from "#llm-tools/builtin/kv-get";
import { toRegistry } from "#llm-tools/registry";

/** Every tool. */
export const ALL_TOOLS = toRegistry([
  classifyIntent,
  kvGet,
]);
`,
  ],
  [
    "platform/llm-tools/hostile-arguments.test.ts",
    `const RUNS = 10;

/** Arguments that each tool takes. */
const FITTING: Readonly<Record<string, object>> = {
  classify_intent: { text: "Cancel my order" },
  kv_get: { key: "greeting" },
};
`,
  ],
  [
    "platform/speech/all-providers.ts",
    `import { provider as workersAi } from "#speech/providers/workers-ai";

export const ALL_PROVIDERS = new Map([workersAi].map((provider) => [provider.name, provider]));
`,
  ],
  [
    "platform/speech/BUILD.bazel",
    `ts_library(
    name = "speech",
    srcs = [
        "all-providers.ts",
        "providers/workers-ai.ts",
    ],
)

ts_test(
    name = "test",
    srcs = [
        "join-audio.test.ts",
        "split-sentences.test.ts",
    ],
)
`,
  ],
  ["platform/llm-tools/builtin/kv-get.ts", 'export const kvGet = defineTool({\n  name: "kv_get",\n});\n'],
]);
