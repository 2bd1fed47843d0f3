"""Checks that no package can forget: the other macros call `package_checks` themselves."""

load("@aspect_rules_js//js:defs.bzl", "js_info_files", "js_library", "js_run_binary", "js_test")
load(":labels.bzl", "PERSISTENT_WORKER", "compiled_by", "path_in_repository", "tsconfig_of")

# Files as a program made them, or as somebody else sent them.
_NOT_OURS = ["**/golden/**", "**/testdata/**", "knowledge/documents/**", "node_modules/**", "pnpm-lock.yaml"]

# What lies in a checkout and is no part of the repository.
_NOT_KEPT = [
    "**/*.log",
    "**/*.tsbuildinfo",
    "**/.DS_Store",
    "**/.wrangler/**",
    "**/node_modules/**",
    ".bazel/**",
    ".data/**",
    ".git",
    ".git/**",
    ".idea/**",
    "bazel-*/**",
]

def _file_names_impl(ctx):
    names = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(names, "".join([name + "\n" for name in ctx.attr.files]))
    return [DefaultInfo(files = depset([names]))]

_file_names = rule(
    doc = "Writes the names of files, not what is in them: who reads `<name>.txt` is run again only when a file comes or goes.",
    implementation = _file_names_impl,
    attrs = {"files": attr.string_list(doc = "Paths below the package.")},
)

# buildifier: disable=unnamed-macro
def package_checks(files = ["**"]):
    """Checks of the files of the calling package. Called more than once, it does nothing more.

    | target                       | what                                                      | command |
    | ---------------------------- | --------------------------------------------------------- | ------- |
    | `:lint`                      | test: eslint with types, where the package has TypeScript | `bazel test //pkg:lint` |
    | `:format`                    | test: prettier and buildifier have nothing to change; no file holds a secret, a path of a machine or a server of packages | `bazel run //:fix_format` repairs the former |
    | `:package_sources_are_built` | fails the analysis when a .ts file is in no target's srcs | add the file to a ts_library or ts_test |
    | `:package_pages`             | its Markdown and the names of all its files, for //tests/links:test | |

    //tools/quality/repository:every_source_is_built needs `:package_sources_are_built` of every package, so a
    package without it fails the build.

    Args:
      files: globs of what is checked; all by default. A repository that had files before the platform came names what is to
        be checked in its root: everything below a folder without a BUILD file is in this package too.
    """
    if native.existing_rule("package_sources_are_built") != None:
        return

    sources = [
        file
        for file in native.glob(files, allow_empty = True, exclude = ["**/*.d.ts"] + _NOT_OURS)
        if file.endswith(".ts") or file.endswith(".tsx")
    ]

    # A compiled source has a .js output; a source that nobody compiles makes this label unknown.
    native.filegroup(
        name = "package_sources_are_built",
        testonly = True,
        srcs = [source.rpartition(".")[0] + ".js" for source in sources],
        visibility = ["//tools/quality/repository:__pkg__"],
    )
    if sources:
        _lint_test(sources)
    checked = native.glob(files, allow_empty = True, exclude = _NOT_KEPT)
    _file_names(
        name = "package_file_names",
        testonly = True,
        files = checked,
    )
    js_library(
        name = "package_pages",
        testonly = True,
        srcs = [file for file in checked if file.endswith(".md") or file == "llms.txt"] + [":package_file_names"],
        visibility = ["//tests/links:__pkg__"],
    )
    _report_test(
        name = "format",
        srcs = checked + ["//:format_config"],
        args = ["$(rootpath {})".format(file) for file in checked],
        mnemonic = "CheckFiles",
        tool = "//tools/quality:check_files",
    )

def _lint_test(sources):
    """Test `:lint`: eslint with types on all sources of the package in few programs, because each program starts from nothing."""

    # The types of what the sources are compiled with, not its code: a change inside a function lints no other package again.
    js_info_files(
        name = "lint.types",
        testonly = True,
        srcs = [compiled_by(source) for source in sources],
        include_sources = False,
        include_transitive_sources = False,
        include_transitive_types = True,
        include_types = True,
    )
    _report_test(
        name = "lint",
        srcs = sources + ["lint.types", "//:package_json", "//:tsconfig"] + [tsconfig_of(source) for source in sources],
        args = [
            "$(rootpath {}):$(rootpath {})".format(source, tsconfig_of(source))
            for source in sources
        ],
        mnemonic = "Lint",
        tool = "//tools/quality:run_eslint",
    )

def _report_test(name, srcs, args, mnemonic, tool):
    """Test `<name>`: fails with what a build action has found, and that action.

    A test starts its program anew each time. The action may stay in memory for the next one, as the compiler may,
    and loading eslint and the types of the runtime takes ten times as long as looking at our files.

    Args:
      name: the test.
      srcs: what the action reads.
      args: arguments of the action after the report's path.
      mnemonic: name of the action's kind.
      tool: program that writes the report and exports `run`.
    """
    report = name + ".report"
    js_run_binary(
        name = report + ".check",
        testonly = True,
        srcs = srcs,
        outs = [report],
        args = [path_in_repository(report)] + args,
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = mnemonic,
        tags = ["manual"],
        tool = tool,
    )
    js_test(
        name = name,
        size = "small",
        data = [report, "//tools/quality:show_report"],
        entry_point = "//tools/quality:show-report.js",
        fixed_args = ["$(rootpath {})".format(report)],
    )
