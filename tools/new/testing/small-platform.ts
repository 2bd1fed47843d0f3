import { SMALL_CHECKOUT } from "./small-checkout.js";

/** A checkout of the platform with few files, which another repository can be made of. */
export const SMALL_PLATFORM: ReadonlyMap<string, string> = new Map([
  ...SMALL_CHECKOUT,
  [".bazelignore", "node_modules\n.bazel\n"],
  [
    ".bazelrc",
    `# Flags that both know.
build --symlink_prefix=.bazel/
build --incompatible_strict_action_env
test --test_output=errors
build:remote --remote_timeout=30
`,
  ],
  [".bazelversion", "8.7.0\n"],
  [".gitignore", "node_modules/\n.bazel/\n.data/\n"],
  [".nvmrc", "24.14.1\n"],
  [".prettierignore", "pnpm-lock.yaml\n"],
  [
    "BUILD.bazel",
    `"""The commands of a developer."""

load("@aspect_rules_js//js:defs.bzl", "js_library")
load("//tools/build:defs.bzl", "package_checks", "repository_root")

# bazel run //:fix_format
alias(
    name = "fix_format",
    actual = "//tools/quality:format_workspace",
)

repository_root()

# What to do.
js_library(
    name = "runbooks",
    srcs = glob(["docs/runbooks/*.md"]),
)

package_checks()
`,
  ],
  ["LICENSE", "MIT License\n"],
  [
    "MODULE.bazel",
    `"""Dependencies."""

module(name = "tenant_ai_platform")

bazel_dep(name = "aspect_rules_js", version = "3.4.1")
bazel_dep(name = "rules_nodejs", version = "6.7.4")

# The version of node is in .nvmrc.
node = use_extension("@rules_nodejs//nodejs:extensions.bzl", "node")
node.toolchain(node_version_from_nvmrc = "//:.nvmrc")

npm = use_extension("@aspect_rules_js//npm:extensions.bzl", "npm")
npm.npm_translate_lock(
    name = "npm",
    pnpm_lock = "//:pnpm-lock.yaml",
    # No install script is run.
    run_lifecycle_hooks = False,
)
use_repo(npm, "npm")
`,
  ],
  [
    "WORKSPACE",
    `workspace(name = "tenant_ai_platform")

load("//tools/airgap:repositories.bzl", "airgap_repositories")

airgap_repositories(nvmrc = "//:.nvmrc")
`,
  ],
  [
    "docs/README.md",
    "# Documentation\n\n[The README](../README.md), [reports](reports/x.md), [how](guides/how.md#a).\n",
  ],
  ["docs/guides/how.md", "# How\n\n## A\n\n![A picture](../images/x.png) of [it](https://x.example/y).\n"],
  ["docs/images/x.png", "PNG"],
  ["docs/reports/x.md", "# X\n"],
  ["eslint.config.js", "export default [];\n"],
  [
    "package.json",
    `${JSON.stringify(
      {
        name: "tenant-ai-platform",
        version: "0.1.0",
        private: true,
        license: "MIT",
        type: "module",
        packageManager: "pnpm@10.34.5",
        engines: { node: ">=20" },
        imports: { "#base/*": "./platform/base/*.js" },
        dependencies: { zod: "4.6.7" },
        devDependencies: { typescript: "6.0.3" },
        pnpm: { onlyBuiltDependencies: [] },
      },
      null,
      2,
    )}\n`,
  ],
  ["pnpm-lock.yaml", "lockfileVersion: '9.0'\n"],
  ["pnpm-workspace.yaml", "# One package.\npackages:\n  - .\nonlyBuiltDependencies: []\n# Strict.\nhoist: false\n"],
  ["tenants/BUILD.bazel", 'load("//tools/build:defs.bzl", "tenants_test")\n\ntenants_test(name = "tenants_test")\n'],
  ["tests/security/rows.ts", "export const rows = [];\n"],
  ["tests/console/console.ts", "export const console = 1;\n"],
  ["tools/bazel", "#!/usr/bin/env bash\n"],
  ["tools/new/.dev.vars", "SECRET=1\n"],
  ["tsconfig.json", "{}\n"],
]);

/** A repository that was there before the platform: with packages, a Bazel and rules of its own. */
export const SMALL_REPOSITORY: ReadonlyMap<string, string> = new Map([
  [".bazelrc", "# Ours.\nbuild --jobs=4\n"],
  [".gitignore", "dist/\nnode_modules/\n"],
  [
    "BUILD.bazel",
    `load("@rules_shell//shell:sh_binary.bzl", "sh_binary")

# Says hello.
sh_binary(
    name = "hello",
    srcs = ["hello.sh"],
)
`,
  ],
  [
    "MODULE.bazel",
    `module(
    name = "shop",
    version = "1.2.0",
)

# For hello.
bazel_dep(name = "rules_shell", version = "0.6.1")
bazel_dep(name = "rules_nodejs", version = "6.7.4")
`,
  ],
  ["README.md", "# Shop\n"],
  [
    "package.json",
    `{
  "name": "shop",
  "type": "module",
  "scripts": { "start": "node server.js" },
  "engines": { "node": ">=22" },
  "dependencies": {
    "left-pad": "1.3.0",
    "zod": "4.6.7"
  }
}
`,
  ],
  ["server.js", "export const server = 1;\n"],
]);
