"""What all packages share: the npm packages, the settings of the compiler, of lint and of format."""

load("@aspect_rules_js//js:defs.bzl", "js_library")
load("@aspect_rules_ts//ts:defs.bzl", "ts_config")
load("@npm//:defs.bzl", "npm_link_all_packages")

_EVERYWHERE = ["//tools/build:whole_repository"]

# buildifier: disable=unnamed-macro
def repository_root():
    """What every package depends on, in the BUILD file of the root.

    | target             | what                                                                                      |
    | ------------------ | ----------------------------------------------------------------------------------------- |
    | `:node_modules/<p>` | the npm package p of package.json                                                         |
    | `:package_json`    | package.json. Its "imports" map `#tenancy/x` to a file: one table for tsc, esbuild, node, editors |
    | `:pnpm_lock`       | the lockfile                                                                              |
    | `:tsconfig`        | the settings of the compiler                                                              |
    | `:eslint_config`   | the rules of lint                                                                         |
    | `:format_config`   | the settings of prettier                                                                  |
    """
    npm_link_all_packages(name = "node_modules")
    js_library(
        name = "package_json",
        srcs = ["package.json"],
        visibility = _EVERYWHERE,
    )
    js_library(
        name = "pnpm_lock",
        srcs = ["pnpm-lock.yaml"],
        visibility = _EVERYWHERE,
    )
    ts_config(
        name = "tsconfig",
        src = "tsconfig.json",
        visibility = _EVERYWHERE,
    )
    js_library(
        name = "eslint_config",
        srcs = ["eslint.config.js"],
        visibility = _EVERYWHERE,
        deps = [
            ":package_json",
            "//tools/lint-rules",
        ],
    )
    js_library(
        name = "format_config",
        srcs = [
            ".prettierignore",
            ".prettierrc.json",
        ],
        visibility = _EVERYWHERE,
        deps = [":package_json"],
    )
    native.exports_files(
        [
            ".nvmrc",
            "package.json",
            "pnpm-lock.yaml",
            "pnpm-workspace.yaml",
        ],
        visibility = _EVERYWHERE,
    )
