"""ts_library and ts_test."""

load("@aspect_rules_js//js:defs.bzl", "js_library", "js_run_binary", "js_test")
load("@aspect_rules_ts//ts:defs.bzl", "ts_project")
load(":checks.bzl", "package_checks")
load(":labels.bzl", "NODE_TYPES", "PERSISTENT_WORKER", "WORKER_TYPES", "absolute", "compiled_by", "default_types", "node_first", "path_in_repository", "tsconfig_of", "type_deps", "unique")

# A test with properties gets one seed; see tools/quality/fix-property-seed.ts.
_PROPERTIES = "//:node_modules/fast-check"

# Of targets with .tsx only: with these, the compiler reads preact, and the types of a browser, for every file.
_JSX = {"jsx": "react-jsx", "jsxImportSource": "preact"}

def ts_library(
        name,
        srcs,
        deps = [],
        data = [],
        types = None,
        testonly = None,
        visibility = None,
        tags = []):
    """TypeScript sources of one package, compiled to ES modules and declarations.

    | target        | what                                                         | command |
    | ------------- | ------------------------------------------------------------ | ------- |
    | `:<name>`     | .js, .js.map and .d.ts; fails on a type error or an undeclared import | `bazel build //pkg:<name>` |
    | `:lint`, `:format`, `:package_sources_are_built` | see package_checks | |

    Import a file of the same package by `./file.js`, of another one by its alias, `#tenancy/file`.
    Every import must be a direct dependency: name the package in deps.

    Args:
      name: name of the target; call it like the folder.
      srcs: .ts files of this package, and .tsx with preact.
      deps: targets of this repository, and npm packages as `//:node_modules/zod`.
      data: files needed at run time.
      types: global types; the default is the Workers runtime under platform/, a browser in its console, and node elsewhere.
      testonly: whether only tests may use it; the default is that of the package.
      visibility: who may use it; the package's default is a layer group of //platform.
      tags: tags of all targets.
    """
    compile_typescript(
        name = name,
        srcs = srcs,
        data = data,
        deps = deps,
        tags = tags,
        testonly = testonly,
        types = types,
        visibility = visibility,
    )
    package_checks()

def ts_test(
        name,
        srcs,
        deps = [],
        data = [],
        env = {},
        types = None,
        size = "small",
        tags = []):
    """Tests on node's test runner: `import { describe, it } from "node:test"`.

    | target         | what                                           | command |
    | -------------- | ---------------------------------------------- | ------- |
    | `:<name>`      | the tests of all srcs, in one process          | `bazel test //pkg:<name>` |
    |                | those whose name matches                       | `bazel test //pkg:<name> --test_filter=refuses` |
    | `:lint`        | see package_checks                             | |

    Fails also when no test ran, and for `only`, and for `skip` or `todo` without a reason.
    Properties of fast-check start from one seed; `--test_env=PROPERTY_SEED=random` takes another.

    Args:
      name: name of the test.
      srcs: .test.ts files, and what only they use.
      deps: targets whose code the tests import.
      data: files the tests read; their paths go into env as `$(rootpath label)`.
      env: environment variables.
      types: global types; the default is the Workers runtime and node.
      size: small (one minute), medium (five), large (fifteen).
      tags: tags of all targets; `manual`, for a slow test, of the test alone: name it in //tests:thorough.
    """
    compiled = name + ".compiled"
    has_properties = _PROPERTIES in deps
    compile_typescript(
        name = compiled,
        srcs = srcs,
        deps = deps,
        # A test that only CI runs is compiled and linted with everything else.
        tags = [tag for tag in tags if tag != "manual"],
        testonly = True,
        types = types if types != None else WORKER_TYPES + NODE_TYPES,
    )
    js_test(
        name = name,
        size = size,
        data = unique(
            [compiled, "//tools/quality:run_tests"] +
            (["//tools/quality:fix_property_seed"] if has_properties else []) +
            deps +
            data,
        ),
        entry_point = "//tools/quality:run-tests.js",
        env = env,
        fixed_args = (["--setup", "tools/quality/fix-property-seed.js"] if has_properties else []) + [
            path_in_repository(src[:-len(".ts")] + ".js")
            for src in srcs
            if src.endswith(".test.ts")
        ],
        node_options = ["--enable-source-maps"],
        tags = tags,
    )
    package_checks()

def compile_typescript(
        name,
        srcs,
        deps,
        types,
        data = [],
        has_strict_deps = True,
        tags = [],
        testonly = None,
        visibility = None):
    """The compiled target `<name>`; what all macros with TypeScript share.

    Args:
      name: the compiled target.
      srcs: .ts files of this package.
      deps: direct dependencies.
      types: global types, or None for the default of the package.
      data: files needed at run time.
      has_strict_deps: False only for the program that checks them.
      tags: tags of all targets.
      testonly: as in ts_library.
      visibility: as in ts_library.
    """
    _refuse_tools(name, deps)
    types = default_types() if types == None else node_first(types)
    all_deps = unique(deps + type_deps(types))
    if has_strict_deps:
        # The check's stamp is an input of the compiler, so nothing that comes of the target can be had without it.
        compiler_deps = all_deps + [_strict_deps(name, srcs, all_deps, tags, testonly)]
    else:
        compiler_deps = all_deps
    ts_project(
        name = name,
        testonly = testonly,
        srcs = srcs,
        data = data,
        declaration = True,
        extends = "//:tsconfig",
        source_map = True,
        tags = tags,
        transpiler = "tsc",
        tsconfig = {"compilerOptions": dict(
            _JSX if [src for src in srcs if src.endswith(".tsx")] else {},
            # A changed comment must not compile the dependents again.
            removeComments = True,
            types = types,
        )},
        visibility = visibility,
        deps = compiler_deps + ["//:package_json"],
    )

    # The package's lint knows its sources alone, and looks at them as the compiler does.
    for src in srcs:
        for alias, actual in {compiled_by(src): name, tsconfig_of(src): "tsconfig_{}.json".format(name)}.items():
            native.alias(
                name = alias,
                testonly = testonly,
                actual = actual,
                tags = tags,
                visibility = ["//visibility:private"],
            )

def _refuse_tools(name, deps):
    """Fails for an edge that visibility cannot forbid: the macros make every package depend on the checks in //tools."""
    for dep in deps:
        if native.package_name().split("/")[0] in ["apps", "platform"] and absolute(dep).startswith("//tools/"):
            fail("//{}:{} depends on {}: code of a Worker never depends on a tool. Move what both need below platform/.".format(
                native.package_name(),
                name,
                dep,
            ))

def _strict_deps(name, srcs, deps, tags, testonly):
    """The stamp of tools/quality/strict-deps.ts, as a dependency for the compiler."""
    stamp = name + ".strict-deps"
    js_run_binary(
        name = stamp + ".check",
        testonly = testonly,
        srcs = srcs + ["//:package_json"],
        outs = [stamp],
        args = [
            path_in_repository(stamp),
            "//{}:{}".format(native.package_name(), name),
            ",".join([absolute(dep) for dep in deps]),
        ] + ["$(rootpath {})".format(src) for src in srcs],
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = "StrictDeps",
        tags = tags,
        tool = "//tools/quality:strict_deps",
    )
    js_library(
        name = stamp + ".gate",
        testonly = testonly,
        tags = tags,
        types = [stamp],
    )
    return stamp + ".gate"
