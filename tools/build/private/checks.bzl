"""Checks that no package can forget: the other macros call `package_checks` themselves."""

load("@aspect_rules_js//js:defs.bzl", "js_info_files", "js_test")

_FORMATTED = [
    "**/*.bzl",
    "**/*.cjs",
    "**/*.css",
    "**/*.html",
    "**/*.js",
    "**/*.json",
    "**/*.jsonc",
    "**/*.md",
    "**/*.mjs",
    "**/*.ts",
    "**/*.yaml",
    "**/*.yml",
    "BUILD.bazel",
    "MODULE.bazel",
    "WORKSPACE",
]

# Files as a program made them, or as somebody else sent them.
_NOT_OURS = ["**/golden/**", "**/testdata/**", "node_modules/**", "pnpm-lock.yaml"]

# buildifier: disable=unnamed-macro
def package_checks():
    """Checks of all files of the calling package. Called more than once, it does nothing more.

    | target                       | what                                                      | command |
    | ---------------------------- | --------------------------------------------------------- | ------- |
    | `:format`                    | test: prettier and buildifier have nothing to change      | `bazel run //:fix_format` repairs |
    | `:package_sources_are_built` | fails the analysis when a .ts file is in no target's srcs | add the file to a ts_library or ts_test |

    //tools/quality:every_source_is_built needs the latter of every package, so a package without
    it fails the build.
    """
    if native.existing_rule("package_sources_are_built") != None:
        return

    # A compiled source has a .js output; a source that nobody compiles makes this label unknown.
    native.filegroup(
        name = "package_sources_are_built",
        testonly = True,
        srcs = [
            source[:-len(".ts")] + ".js"
            for source in native.glob(["**/*.ts"], allow_empty = True, exclude = ["**/*.d.ts"] + _NOT_OURS)
        ],
        visibility = ["//tools/quality:__pkg__"],
    )
    files = native.glob(_FORMATTED, allow_empty = True, exclude = _NOT_OURS)
    js_test(
        name = "format",
        size = "small",
        data = files + [
            "//:format_config",
            "//:node_modules/@bazel/buildifier",
            "//:node_modules/prettier",
            "//tools/quality:check_format",
        ],
        entry_point = "//tools/quality:check-format.js",
        fixed_args = ["$(rootpath {})".format(file) for file in files],
    )

def lint_test(name, tsconfig, srcs, deps, tags):
    """Test `<name>`: eslint with types on the sources of one target.

    Args:
      name: the test.
      tsconfig: the configuration that compiles them.
      srcs: TypeScript files of this package.
      deps: what they are compiled with.
      tags: tags of the test.
    """

    # The types of the dependencies, not their code: a change inside a function lints nobody else again.
    js_info_files(
        name = name + ".types",
        testonly = True,
        srcs = deps,
        include_sources = False,
        include_transitive_sources = False,
        include_transitive_types = True,
        include_types = True,
        tags = tags,
    )
    js_test(
        name = name,
        size = "small",
        data = srcs + [
            name + ".types",
            tsconfig,
            "//:eslint_config",
            "//:node_modules/eslint",
            "//:node_modules/typescript",
            "//:node_modules/typescript-eslint",
            "//:tsconfig",
            "//tools/quality:lint",
        ],
        entry_point = "//tools/quality:lint.js",
        fixed_args = ["$(rootpath {})".format(tsconfig)] + ["$(rootpath {})".format(src) for src in srcs],
        tags = tags,
    )
