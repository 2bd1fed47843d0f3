/** What the build must refuse: a fault that is put into a copy of the repository, and the words that refuse it. */
export interface Refusal {
  /** Completes the sentence "the build refuses ...". */
  readonly fault: string;
  /** Files of the copy: their new text. The folder of each is a package of its own. */
  readonly files: Readonly<Record<string, string>>;
  readonly target: string;
  /** Found in what Bazel prints. */
  readonly expected: RegExp;
}

/** A ts_library in a package of its own, with one source. */
function library(folder: string, source: string, deps: readonly string[] = []): Readonly<Record<string, string>> {
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  const list = deps.map((dep) => `"${dep}"`).join(", ");
  return {
    [`${folder}/BUILD.bazel`]: [
      `load("//tools/build:defs.bzl", "ts_library")`,
      `ts_library(name = "${name}", srcs = ["source.ts"], deps = [${list}])`,
      "",
    ].join("\n"),
    [`${folder}/source.ts`]: source,
  };
}

/** An edge between two packages that Bazel's visibility forbids. */
function forbiddenEdge(fault: string, folder: string, dep: string): Refusal {
  return {
    fault,
    files: library(folder, "export const x = 1;\n", [dep]),
    target: `//${folder}`,
    expected: new RegExp(`'${dep}(?::[a-z-]+)?' is not visible from\\s+target '//${folder}`),
  };
}

const layers: readonly Refusal[] = [
  forbiddenEdge("an edge upwards: tenancy → auth", "platform/tenancy/edge-up", "//platform/auth"),
  forbiddenEdge("an edge between siblings: limits → auth", "platform/limits/edge-sibling", "//platform/auth"),
  forbiddenEdge("an edge from a feature to http", "platform/rag/edge-http", "//platform/http"),
  forbiddenEdge("an edge from chat to http", "platform/chat/edge-http", "//platform/http"),
  forbiddenEdge("an edge from http to a feature", "platform/http/edge-rag", "//platform/rag"),
  forbiddenEdge("an edge to the worker from below", "platform/http/edge-worker", "//platform/worker"),
  {
    fault: "an edge from the platform to the tools",
    files: library("platform/base/edge-tools", "export const x = 1;\n", ["//tools/quality:run_eslint"]),
    target: "//platform/base/edge-tools",
    expected:
      /\/\/platform\/base\/edge-tools:edge-tools depends on \/\/tools\/quality:run_eslint: code of a Worker never/,
  },
  {
    fault: "an edge from production code to what is for tests only",
    files: {
      ...library("platform/base/for-tests", "export const fake = 1;\n"),
      "platform/base/for-tests/BUILD.bazel": [
        `load("//tools/build:defs.bzl", "ts_library")`,
        `ts_library(name = "for-tests", testonly = True, srcs = ["source.ts"], visibility = ["//platform:above_layer_0"])`,
        "",
      ].join("\n"),
      ...library("platform/worker/edge-testonly", "export const x = 1;\n", ["//platform/base/for-tests"]),
    },
    target: "//platform/worker/edge-testonly",
    expected:
      /non-test target '\/\/platform\/worker\/edge-testonly[^']*' depends on testonly target '\/\/platform\/base\/for-tests/,
  },
];

const imports: readonly Refusal[] = [
  {
    fault: "an import of an npm package that is no direct dependency",
    files: library("platform/base/import-npm", 'export { z } from "zod";\n'),
    target: "//platform/base/import-npm",
    expected: /import-npm\/source\.ts: import "zod": add "\/\/:node_modules\/zod" to deps/,
  },
  {
    fault: "an import of another package that is no direct dependency",
    files: library("platform/tenancy/import-first", 'export { assertNever } from "#base/assert-never";\n'),
    target: "//platform/tenancy/import-first",
    expected: /import-first\/source\.ts: import "#base\/assert-never": add "\/\/platform\/base" to deps/,
  },
  {
    fault: "a relative import that leaves its package",
    files: library("platform/tenancy/import-relative", 'export { assertNever } from "../../base/assert-never.js";\n', [
      "//platform/base",
    ]),
    target: "//platform/tenancy/import-relative",
    expected:
      /import-relative\/source\.ts: import "\.\.\/\.\.\/base\/assert-never\.js": a relative path must stay inside/,
  },
  {
    fault: "a bundle of code with an undeclared import",
    files: {
      ...library("platform/base/import-bundle", 'export { z } from "zod";\n'),
      "platform/base/import-bundle/BUILD.bazel": [
        `load("//tools/build:defs.bzl", "ts_library", "worker_bundle")`,
        `ts_library(name = "import-bundle", srcs = ["source.ts"])`,
        `worker_bundle(name = "bundle", entry_point = "source.js", max_gzip_bytes = 1, deps = [":import-bundle", "//:node_modules/zod"])`,
        "",
      ].join("\n"),
    },
    target: "//platform/base/import-bundle:bundle",
    expected: /import-bundle\/source\.ts: import "zod"/,
  },
];

const sources: readonly Refusal[] = [
  {
    fault: "a type error",
    files: library("platform/base/type-error", 'export const x: number = "1";\n'),
    target: "//platform/base/type-error",
    expected: /type-error\/source\.ts\(1,14\): error TS2322/,
  },
  {
    fault: "a module of node in code for the Workers runtime",
    files: library("platform/base/node-global", 'export { readFileSync } from "node:fs";\n'),
    target: "//platform/base/node-global",
    expected: /node-global\/source\.ts\(1,30\): error TS2\d+/,
  },
  {
    fault: "code that lint forbids",
    files: library(
      "platform/base/lint-error",
      "export function f(g: () => Promise<void>): void {\n  g();\n}\nexport const a: any = 1;\n",
    ),
    target: "//platform/base/lint-error:lint",
    expected: /no-floating-promises[^]*no-explicit-any/,
  },
  {
    fault: "a look-up by any text, a binding outside of an adapter, a key made by hand",
    files: library(
      "platform/rag/walls",
      [
        "export const f = (table: Record<string, string>, name: string): string | undefined => table[name];",
        "export const g = (kv: KVNamespace, tenantId: string): Promise<unknown> => kv.get(`${tenantId}:key`);",
        "",
      ].join("\n"),
    ),
    target: "//platform/rag/walls:lint",
    expected: /no-lookup-by-text[^]*bindings-in-adapters[^]*keys-from-scoped-key/,
  },
  {
    fault: "a file that is not formatted",
    files: library("platform/base/format-error", "export const x   =   1\n"),
    target: "//platform/base/format-error:format",
    expected: /format-error\/source\.ts: prettier would change it/,
  },
  {
    fault: "a source that belongs to no target",
    files: { ...library("platform/base/forgotten", "export const x = 1;\n"), "platform/base/forgotten/stray.ts": "" },
    target: "//platform/base/forgotten:package_sources_are_built",
    expected: /platform\/base\/forgotten:stray\.js/,
  },
  {
    fault: "a package without checks",
    files: { "docs/unchecked/BUILD.bazel": "" },
    target: "//tools/quality/repository:every_source_is_built",
    expected: /docs\/unchecked:package_sources_are_built/,
  },
];

const tests: readonly Refusal[] = [
  {
    fault: "a test that runs nothing",
    files: {
      "platform/base/no-test/BUILD.bazel": [
        `load("//tools/build:defs.bzl", "ts_test")`,
        `ts_test(name = "test", srcs = ["source.test.ts"])`,
        "",
      ].join("\n"),
      "platform/base/no-test/source.test.ts": "export {};\n",
    },
    target: "//platform/base/no-test:test",
    expected: /no test ran: the files in srcs define none/,
  },
  {
    fault: "a Worker over its budget",
    files: {
      ...library("platform/base/over-budget", 'export const text = "0123456789";\n'),
      "platform/base/over-budget/BUILD.bazel": [
        `load("//tools/build:defs.bzl", "ts_library", "worker_bundle")`,
        `ts_library(name = "over-budget", srcs = ["source.ts"])`,
        `worker_bundle(name = "bundle", entry_point = "source.js", max_gzip_bytes = 10, deps = [":over-budget"])`,
        "",
      ].join("\n"),
    },
    target: "//platform/base/over-budget:bundle.size",
    expected: /over-budget:bundle is \d+ bytes over its budget[^]*over-budget\/source\.js/,
  },
];

/** A tenant whose only environment has one hostname. */
function tenant(name: string, hostname: string): Readonly<Record<string, string>> {
  const config = {
    tenantId: name,
    displayName: name,
    accountId: "0123456789abcdef0123456789abcdef",
    environments: { production: { hostnames: [hostname] } },
  };
  return {
    [`tenants/${name}/BUILD.bazel`]: `load("//tools/build:defs.bzl", "tenant")\n\ntenant(name = "${name}")\n`,
    [`tenants/${name}/tenant.config.json`]: JSON.stringify(config),
  };
}

const sharedHostname: Refusal = {
  fault: "two tenants with one hostname",
  files: { ...tenant("twin-a", "ai.twin.example"), ...tenant("twin-b", "ai.twin.example") },
  target: "//tenants:tenants_test",
  expected: /tenants\/twin-b\/tenant\.config\.json[^]*ai\.twin\.example/,
};

const badConfig: Refusal = {
  fault: "a tenant whose config does not hold",
  files: tenant("broken", "not a hostname"),
  target: "//tenants/broken:config",
  expected: /tenants\/broken\/tenant\.config\.json[^]*environments\.production\.hostnames/,
};

/** A pool whose call of the macro does not hold. */
function pool(name: string, tenants: readonly string[], expected: RegExp, fault: string): Refusal {
  const call = `load("//tools/build:defs.bzl", "tenant_pool")\n\ntenant_pool(name = "${name}", tenants = ${JSON.stringify(tenants)})\n`;
  return { fault, files: { [`tenants/${name}/BUILD.bazel`]: call }, target: `//tenants/${name}:config`, expected };
}

const badPools: readonly Refusal[] = [
  pool("nobody", [], /tenant_pool\(name = "nobody"\) has no tenants/, "a pool without tenants"),
  pool(
    "twice",
    ["one", "one"],
    /tenant_pool\(name = "twice"\) names the tenant "one" twice/,
    "a pool that names a tenant twice",
  ),
];

/** Each round is what one run of Bazel can show together: the check across tenants needs configs that hold. */
export const rounds: readonly (readonly Refusal[])[] = [
  [...layers, ...imports, ...sources, ...tests, sharedHostname],
  [badConfig, ...badPools],
];
