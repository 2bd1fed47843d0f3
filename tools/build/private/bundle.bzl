"""worker_bundle and page_script: what is deployed, one file each."""

load("@aspect_rules_esbuild//esbuild:defs.bzl", "esbuild")
load("@aspect_rules_js//js:defs.bzl", "js_library", "js_run_binary", "js_test")
load(":checks.bzl", "package_checks")
load(":labels.bzl", "PERSISTENT_WORKER", "path_in_repository", "unique")

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
    | `:<name>`       | `<name>.js` and `<name>.js.map`                           | `bazel build //pkg:<name>` |
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
    bundled = name + ".esbuild"
    esbuild(
        name = bundled,
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
        output = bundled + ".js",
        platform = "browser",
        sourcemap = "linked",
        sources_content = True,
        tags = tags,
        target = ["es2024"],
        deps = deps + ["//:package_json"],
    )

    # What esbuild leaves on the table: 3 % of a bundle, for a quarter of a second.
    js_run_binary(
        name = name + ".minified",
        testonly = testonly,
        srcs = [bundled],
        outs = [name + ".js", name + ".js.map"],
        args = [path_in_repository(bundled + ".js"), path_in_repository(name + ".js")],
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = "Minify",
        tags = tags,
        tool = "//tools/quality:minify",
        visibility = visibility,
    )
    js_library(
        name = name,
        testonly = testonly,
        srcs = [name + ".js", name + ".js.map"],
        tags = tags,
        visibility = visibility,
    )
    _size_test(name, bundled, name + ".js", max_gzip_bytes, tags)

def page_script(
        name,
        entry_point,
        output,
        max_gzip_bytes,
        deps = [],
        tags = [],
        visibility = None):
    """One minified ES module for browsers.

    | target          | what                                                      | command |
    | --------------- | --------------------------------------------------------- | ------- |
    | `:<name>`       | the module at output, and `<name>_metadata.json`          | `bazel build //pkg:<name>` |
    | `:<name>.size`  | test: the module, compressed, is within its budget        | `bazel test //pkg:<name>.size` |

    Args:
      name: the script.
      entry_point: the compiled module that runs.
      output: path of the script in this package.
      max_gzip_bytes: budget of the compressed module.
      deps: targets with the code; they bring their own dependencies along.
      tags: tags of all targets.
      visibility: who may use it.
    """
    esbuild(
        name = name,
        config = {
            "charset": "utf8",
            "legalComments": "none",
        },
        entry_point = entry_point,
        format = "esm",
        metafile = True,
        minify = True,
        output = output,
        platform = "browser",
        # For those who debug; it is not uploaded.
        sourcemap = "external",
        tags = tags,
        target = ["es2022"],
        visibility = visibility,
        deps = deps + ["//:package_json"],
    )
    _size_test(name, name, output, max_gzip_bytes, tags)

def _size_test(name, bundled, output, max_gzip_bytes, tags):
    js_test(
        name = name + ".size",
        size = "small",
        data = unique([name, bundled]) + [
            "//tools/quality:check_bundle_size",
        ],
        entry_point = "//tools/quality:check-bundle-size.js",
        fixed_args = [
            "//{}:{}".format(native.package_name(), name),
            path_in_repository(output),
            path_in_repository(bundled + "_metadata.json"),
            str(max_gzip_bytes),
        ],
        tags = tags,
    )
    package_checks()
