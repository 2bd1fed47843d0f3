"""worker_bundle and node_tool: what leaves the repository as one file."""

load("@aspect_rules_esbuild//esbuild:defs.bzl", "esbuild")
load("@aspect_rules_js//js:defs.bzl", "js_binary", "js_library", "js_test")
load(":checks.bzl", "package_checks")
load(":labels.bzl", "NODE_TYPES", "path_in_repository")
load(":typescript.bzl", "compile_typescript")

def worker_bundle(
        name,
        entry_point,
        max_gzip_bytes,
        srcs = [],
        deps = [],
        tags = [],
        testonly = None,
        visibility = None):
    """One minified ES module for workerd, and the source map beside it.

    | target          | what                                                      | command |
    | --------------- | --------------------------------------------------------- | ------- |
    | `:<name>`       | `<name>.js`, `<name>.js.map`, `<name>_metadata.json`      | `bazel build //pkg:<name>` |
    | `:<name>.size`  | test: the module, compressed, is within its budget        | `bazel test //pkg:<name>.size` |

    `cloudflare:*` and `node:*` are left to the runtime, all else is inside. A `.md` or `.html` file
    in srcs is imported as its text.

    Args:
      name: the bundle.
      entry_point: the module whose exports the runtime takes: a .js file, compiled or generated.
      max_gzip_bytes: budget of the compressed module.
      srcs: files the entry point imports that are no target with deps of their own.
      deps: targets with the code; they bring their own dependencies along.
      tags: tags of all targets.
      testonly: whether only tests may use it; the default is that of the package.
      visibility: who may use it.
    """
    esbuild(
        name = name,
        testonly = testonly,
        srcs = srcs,
        config = {
            "charset": "utf8",
            "conditions": ["workerd", "worker", "browser"],
            "legalComments": "none",
            "loader": {
                ".html": "text",
                ".md": "text",
            },
            "mainFields": ["browser", "module", "main"],
        },
        entry_point = entry_point,
        external = ["cloudflare:*", "node:*"],
        format = "esm",
        metafile = True,
        minify = True,
        output = name + ".js",
        platform = "browser",
        sourcemap = "linked",
        sources_content = True,
        tags = tags,
        target = ["es2024"],
        visibility = visibility,
        deps = deps + ["//:package_json"],
    )
    js_test(
        name = name + ".size",
        size = "small",
        data = [
            name,
            "//tools/quality:check_bundle_size",
        ],
        entry_point = "//tools/quality:check-bundle-size.js",
        fixed_args = [
            "//{}:{}".format(native.package_name(), name),
            path_in_repository(name + ".js"),
            path_in_repository(name + "_metadata.json"),
            str(max_gzip_bytes),
        ],
        tags = tags,
    )

def node_tool(
        name,
        entry_point,
        srcs,
        deps = [],
        data = [],
        external = [],
        fixed_args = [],
        types = None,
        testonly = None,
        visibility = None,
        tags = []):
    """A node program in one file, for `bazel run` and for build actions.

    | target            | what                                                        | command |
    | ----------------- | ----------------------------------------------------------- | ------- |
    | `:<name>`         | the program; relative paths of the user are below $BUILD_WORKING_DIRECTORY, the checkout is $BUILD_WORKSPACE_DIRECTORY | `bazel run //pkg:<name> -- <args>` |
    | `:<name>.mjs`     | the file, as entry_point of a js_binary with other arguments | |
    | `:<name>.program` | what such a js_binary needs as data                         | |
    | `:<name>.lint`    | test: eslint with types                                     | `bazel test //pkg:<name>.lint` |

    The program is an ES module: its sources may await at the top level and use import.meta.

    Args:
      name: the program.
      entry_point: the .ts file of srcs that runs.
      srcs: .ts files of this package.
      deps: targets and npm packages the srcs import.
      data: files the program reads; their paths go into fixed_args as `$(rootpath label)`.
      external: npm packages that stay outside the file, because they find files next to their own: miniflare, wrangler, workerd, esbuild.
      fixed_args: first arguments of each run.
      types: global types; the default is node.
      testonly: whether only tests may use it; the default is that of the package.
      visibility: who may use it.
      tags: tags of all targets.
    """
    compiled = name + ".compiled"
    compile_typescript(
        name = compiled,
        testonly = testonly,
        srcs = srcs,
        lint = name + ".lint",
        tags = tags,
        types = types if types != None else NODE_TYPES,
        deps = deps,
    )
    program = name + ".mjs"
    esbuild(
        name = name + ".bundle",
        testonly = testonly,
        config = {
            # A package written in CommonJS asks for node's own modules with require().
            "banner": {
                "js": "import { createRequire } from \"node:module\"; const require = createRequire(import.meta.url);",
            },
            "ignoreAnnotations": False,
            "mainFields": ["module", "main"],
        },
        entry_point = entry_point[:-len(".ts")] + ".js",
        external = external,
        format = "esm",
        output = program,
        platform = "node",
        sourcemap = "inline",
        tags = tags,
        target = ["node22"],
        visibility = visibility,
        deps = [compiled, "//:package_json"],
    )
    js_library(
        name = name + ".program",
        testonly = testonly,
        srcs = [program],
        tags = tags,
        visibility = visibility,
        deps = ["//:node_modules/" + package for package in external],
    )
    js_binary(
        name = name,
        testonly = testonly,
        data = [name + ".program"] + data,
        entry_point = program,
        fixed_args = fixed_args,
        node_options = ["--enable-source-maps"],
        tags = tags,
        visibility = visibility,
    )
    package_checks()
