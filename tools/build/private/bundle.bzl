"""worker_bundle, linked_worker and page_script: what is deployed, one file each."""

load("@aspect_rules_esbuild//esbuild:defs.bzl", "esbuild")
load("@aspect_rules_js//js:defs.bzl", "js_library", "js_run_binary", "js_test")
load(":checks.bzl", "package_checks")
load(":labels.bzl", "PERSISTENT_WORKER", "absolute", "path_in_repository", "unique")

# For every module of a Worker.
_WORKER_OPTIONS = {
    "charset": "utf8",
    "conditions": ["workerd", "worker", "browser"],
    "legalComments": "none",
    "loader": {
        ".html": "text",
        ".md": "text",
    },
    "mainFields": ["browser", "module", "main"],
}

_EXTERNAL = ["cloudflare:*", "node:*"]

# What rules_esbuild leaves alone without minify = True; the whitespace that stays tells where a file begins.
_MINIFIED_BUT_SPACED = {
    "ignoreAnnotations": False,
    "minifyIdentifiers": True,
    "minifySyntax": True,
}

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
        config = _WORKER_OPTIONS,
        entry_point = entry_point,
        external = _EXTERNAL,
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

def linkable_platform(name, entry_writer, deps, visibility = None):
    """A platform that is bundled and minified once, for many linked_workers.

    | target    | what                                                                 | command |
    | --------- | -------------------------------------------------------------------- | ------- |
    | `:<name>` | `<name>.js`, its parts one after the other, their map and their index | `bazel build //pkg:<name>` |

    Args:
      name: the platform.
      entry_writer: node_tool that takes a path and writes the module that exports all that can be linked.
      deps: targets with the code.
      visibility: who may link it.
    """
    entry = "gen/{}.entry.js".format(name)
    bundled = name + ".esbuild"
    js_run_binary(
        name = name + ".entry",
        outs = [entry],
        args = [path_in_repository(entry)],
        mnemonic = "PlatformEntry",
        tool = entry_writer,
    )
    esbuild(
        name = bundled,
        config = dict(_WORKER_OPTIONS, **_MINIFIED_BUT_SPACED),
        entry_point = entry,
        external = _EXTERNAL,
        format = "esm",
        metafile = True,
        output = bundled + ".js",
        platform = "browser",
        sourcemap = "linked",
        sources_content = True,
        target = ["es2024"],
        visibility = visibility,
        deps = deps + ["//:package_json"],
    )
    parts = [name + suffix for suffix in [".js", ".js.map", ".json"]]
    js_run_binary(
        name = name + ".parts",
        srcs = [bundled, entry],
        outs = parts,
        args = [
            path_in_repository(file)
            for file in [bundled + ".js", bundled + "_metadata.json", entry, name]
        ],
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = "Prelink",
        tool = "//tools/link:prelink_platform",
    )
    js_library(
        name = name,
        srcs = parts,
        visibility = visibility,
    )
    package_checks()

def linked_worker(name, entry_point, platform, max_gzip_bytes, srcs = [], tags = [], visibility = None):
    """The same targets as worker_bundle, of a platform that is minified already: for a tenant, that takes milliseconds.

    Args:
      name: the bundle.
      entry_point: generated entry module; it imports what the platform exports, and JSON files.
      platform: label of a linkable_platform.
      max_gzip_bytes: budget of the compressed module.
      srcs: the JSON files.
      tags: tags of all targets.
      visibility: who may use it.
    """
    js_run_binary(
        name = name + ".linked",
        srcs = srcs + [entry_point, platform],
        outs = [name + ".js", name + ".js.map"],
        args = [path_in_repository(entry_point), platform[2:].replace(":", "/"), path_in_repository(name + ".js")],
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = "LinkWorker",
        tags = tags,
        tool = "//tools/link:link_worker",
        visibility = visibility,
    )
    js_library(
        name = name,
        srcs = [name + ".js", name + ".js.map"],
        tags = tags,
        visibility = visibility,
    )
    _size_test(name, platform + ".esbuild", name + ".js", max_gzip_bytes, tags)

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
            (absolute(bundled)[2:] + "_metadata.json").replace(":", "/").lstrip("/"),
            str(max_gzip_bytes),
        ],
        tags = tags,
    )
    package_checks()
