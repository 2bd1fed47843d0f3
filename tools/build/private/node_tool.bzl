"""node_tool: programs for developers and for the build."""

load("@aspect_rules_js//js:defs.bzl", "js_binary", "js_library")
load(":checks.bzl", "package_checks")
load(":labels.bzl", "NODE_TYPES")
load(":typescript.bzl", "compile_typescript")

def node_tool(
        name,
        entry_point,
        srcs,
        deps = [],
        data = [],
        fixed_args = [],
        node_options = [],
        types = None,
        testonly = None,
        visibility = None,
        tags = []):
    """A node program, for `bazel run` and for build actions.

    | target             | what                                                     | command |
    | ------------------ | -------------------------------------------------------- | ------- |
    | `:<name>`          | the program                                              | `bazel run //pkg:<name> -- <args>` |
    | `:<name>.compiled` | its modules, for tests of them                           | |
    | `:<name>.program`  | the modules and data, for a js_binary with other arguments whose entry_point is the compiled one | |
    | `:lint`            | see package_checks                                       | |

    A program that a user starts runs in a folder of its own. What the user typed is relative to
    $BUILD_WORKING_DIRECTORY, and the checkout is $BUILD_WORKSPACE_DIRECTORY.

    The modules run as they are compiled, not as one file: packages such as miniflare find files next
    to their own, and the bundler cannot run among the tools of the build (its launcher is CommonJS,
    which "type": "module" in our package.json forbids there).

    Args:
      name: the program.
      entry_point: the .ts file of srcs that runs.
      srcs: .ts files of this package.
      deps: targets and npm packages the srcs import.
      data: files the program reads; their paths go into fixed_args as `$(rootpath label)`.
      fixed_args: first arguments of each run.
      node_options: options of node itself.
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
        tags = tags,
        types = types if types != None else NODE_TYPES,
        visibility = visibility,
        deps = deps,
    )
    js_library(
        name = name + ".program",
        testonly = testonly,
        data = data,
        tags = tags,
        visibility = visibility,
        deps = [compiled],
    )
    js_binary(
        name = name,
        testonly = testonly,
        data = [name + ".program"] + data,
        entry_point = entry_point[:-len(".ts")] + ".js",
        fixed_args = fixed_args,
        node_options = ["--enable-source-maps"] + node_options,
        tags = tags,
        visibility = visibility,
    )
    package_checks()
