"""Air-gapped stand-ins for the part of @aspect_rules_js//js:defs.bzl that this repository uses.

Each rule has the attributes, outputs and working directory of the real rule, and nothing more.
How the programs are started is explained in stage.cjs.
"""

JsInfo = provider(
    doc = "What a JavaScript target hands to its consumers. All sets are transitive.",
    fields = {
        "npm": "depset of @npm//:links/*.json, each of which stands for one npm package and its closure",
        "sources": "depset of runtime files (.js, .json, .map, text)",
        "types": "depset of files for the type checker (.d.ts, .json)",
    },
)

def merge_js_info(sources = [], types = [], npm = [], deps = []):
    """A JsInfo of the given files and of everything that `deps` carry."""
    infos = [dep[JsInfo] for dep in deps if JsInfo in dep]
    return JsInfo(
        npm = depset(npm, transitive = [info.npm for info in infos]),
        sources = depset(sources, transitive = [info.sources for info in infos]),
        types = depset(types, transitive = [info.types for info in infos]),
    )

def run_js_binary(ctx, tool, args, files, npm, outs, mnemonic, message, is_worker = False):
    """Runs a js_binary as a build action in a private stage (see stage.cjs).

    Args:
      ctx: the rule context.
      tool: FilesToRunProvider or executable file of the js_binary.
      args: arguments of the program; no newlines.
      files: files to stage at their path in the repository.
      npm: depset of npm links to put into the stage's node_modules.
      outs: declared outputs.
      mnemonic: name of the action's kind.
      message: what Bazel prints while the action runs.
      is_worker: whether the program exports `run` and so can stay alive for the next action of its kind.
    """
    manifest = ctx.actions.declare_file("{}.{}.json".format(ctx.label.name, mnemonic))
    npm = npm.to_list()
    ctx.actions.write(manifest, json.encode(struct(
        files = [[f.path, f.short_path] for f in files],
        npm = [f.path for f in npm],
        outs = [[f.short_path, f.path] for f in outs],
    )))
    parameters = ctx.actions.args()
    parameters.add(manifest)
    parameters.add_all(args)
    parameters.set_param_file_format("multiline")
    parameters.use_param_file("@%s", use_always = True)
    ctx.actions.run(
        executable = tool,
        arguments = [parameters],
        inputs = depset(files + npm + [manifest]),
        outputs = outs,
        mnemonic = mnemonic,
        progress_message = message,
        execution_requirements = {
            "requires-worker-protocol": "json",
            "supports-workers": "1",
        } if is_worker else {},
    )

# --- npm packages ---------------------------------------------------------------------------

def _npm_link_impl(ctx):
    return [
        DefaultInfo(files = depset([ctx.file.link])),
        merge_js_info(npm = [ctx.file.link]),
    ]

npm_link = rule(
    doc = "One package of //:node_modules; made by npm_link_all_packages.",
    implementation = _npm_link_impl,
    attrs = {"link": attr.label(allow_single_file = True, mandatory = True)},
)

# --- js_library -----------------------------------------------------------------------------

def _is_declaration(file):
    return file.path.endswith(".d.ts")

def _is_for_type_checker(file):
    return _is_declaration(file) or file.path.endswith(".json")

def _js_library_impl(ctx):
    files = ctx.files.srcs + ctx.files.types
    return [
        DefaultInfo(
            files = depset([f for f in files if not _is_declaration(f)]),
            runfiles = ctx.runfiles(files = ctx.files.data),
        ),
        merge_js_info(
            sources = [f for f in files if not _is_declaration(f)],
            types = [f for f in ctx.files.srcs if _is_for_type_checker(f)] + ctx.files.types,
            deps = ctx.attr.srcs + ctx.attr.types + ctx.attr.deps + ctx.attr.data,
        ),
    ]

js_library = rule(
    doc = "Stands for js_library of rules_js.",
    implementation = _js_library_impl,
    attrs = {
        "data": attr.label_list(allow_files = True),
        "deps": attr.label_list(providers = [JsInfo]),
        "srcs": attr.label_list(allow_files = True),
        "types": attr.label_list(allow_files = True),
    },
)

def _js_info_files_impl(ctx):
    info = merge_js_info(deps = ctx.attr.srcs)
    sources = info.sources if ctx.attr.include_transitive_sources else depset()
    types = info.types if ctx.attr.include_transitive_types else depset()
    return [
        DefaultInfo(files = depset(transitive = [sources, types, info.npm])),
        JsInfo(npm = info.npm, sources = depset(), types = depset()),
    ]

js_info_files = rule(
    doc = "Stands for js_info_files of rules_js.",
    implementation = _js_info_files_impl,
    attrs = {
        "include_sources": attr.bool(default = True),
        "include_transitive_sources": attr.bool(default = True),
        "include_transitive_types": attr.bool(),
        "include_types": attr.bool(),
        "srcs": attr.label_list(allow_files = True),
    },
)

# --- js_binary and js_test ------------------------------------------------------------------

_LAUNCHER = """#!/usr/bin/env bash
set -euo pipefail
if [ -n "${{TEST_SRCDIR:-}}" ]; then
  runfiles="$TEST_SRCDIR"
else
  self="$(cd "$(dirname "$0")" && pwd)/$(basename "$0")"
  runfiles="$self.runfiles"
  [ -e "$runfiles" ] || runfiles="${{self%%.runfiles/*}}.runfiles"
fi
export AIRGAP_BASE="$runfiles/{workspace}"
exec "$AIRGAP_BASE/{node}" {node_options} "$AIRGAP_BASE/tools/airgap/stage.cjs" "$AIRGAP_BASE/{manifest}" "$@"
"""

def _runtime_files(targets):
    """Files of `data`: default outputs, transitive sources and runfiles, npm links apart."""
    sets = []
    for target in targets:
        sets.append(target[DefaultInfo].files)
        if target[DefaultInfo].default_runfiles:
            sets.append(target[DefaultInfo].default_runfiles.files)
        if JsInfo in target:
            sets.append(target[JsInfo].sources)
    npm = merge_js_info(deps = targets).npm
    links = {f: True for f in npm.to_list()}

    # Files of other repositories are the node binary and npm links: never staged.
    files = [
        f
        for f in depset(transitive = sets).to_list()
        if f not in links and not f.short_path.startswith("../")
    ]
    return files, npm.to_list()

def _js_binary_impl(ctx):
    files, npm = _runtime_files(ctx.attr.data + [ctx.attr.entry_point])
    manifest = ctx.actions.declare_file("{}_/manifest.json".format(ctx.label.name))
    ctx.actions.write(manifest, json.encode(struct(
        args = [ctx.expand_location(arg, ctx.attr.data) for arg in ctx.attr.fixed_args],
        entry = ctx.file.entry_point.short_path,
        env = {key: ctx.expand_location(value, ctx.attr.data) for key, value in ctx.attr.env.items()},
        files = [[f.short_path, f.short_path] for f in depset([ctx.file.entry_point] + files).to_list()],
        npm = [f.short_path for f in npm],
    )))
    launcher = ctx.actions.declare_file("{0}_/{0}".format(ctx.label.name))
    ctx.actions.write(launcher, _LAUNCHER.format(
        manifest = manifest.short_path,
        node = ctx.file._node.short_path,
        node_options = " ".join(ctx.attr.node_options),
        workspace = ctx.workspace_name,
    ), is_executable = True)
    return [DefaultInfo(
        executable = launcher,
        runfiles = ctx.runfiles(files = files + npm + [ctx.file.entry_point, manifest, ctx.file._node] + ctx.files._launcher),
    )]

_JS_BINARY_ATTRS = {
    "data": attr.label_list(allow_files = True),
    "entry_point": attr.label(allow_single_file = True, mandatory = True),
    "env": attr.string_dict(),
    "fixed_args": attr.string_list(),
    "node_options": attr.string_list(),
    "_launcher": attr.label(default = "@//tools/airgap:launcher", allow_files = True),
    "_node": attr.label(default = "@nodejs//:bin/node", allow_single_file = True),
}

js_binary = rule(
    doc = "Stands for js_binary of rules_js.",
    implementation = _js_binary_impl,
    attrs = _JS_BINARY_ATTRS,
    executable = True,
)

js_test = rule(
    doc = "Stands for js_test of rules_js.",
    implementation = _js_binary_impl,
    attrs = _JS_BINARY_ATTRS,
    test = True,
)

# --- js_run_binary --------------------------------------------------------------------------

def _js_run_binary_impl(ctx):
    files, npm = _runtime_files(ctx.attr.srcs)
    run_js_binary(
        ctx,
        tool = ctx.executable.tool,
        args = [ctx.expand_location(arg, ctx.attr.srcs) for arg in ctx.attr.args],
        files = files,
        npm = depset(npm),
        outs = ctx.outputs.outs,
        mnemonic = ctx.attr.mnemonic,
        message = "{} {}".format(ctx.attr.mnemonic, ctx.label),
        is_worker = "airgap-worker" in ctx.attr.execution_requirements,
    )
    return [
        DefaultInfo(files = depset(ctx.outputs.outs)),
        # The real rule gives no JsInfo: its outputs reach others through js_library or as files.
    ]

js_run_binary = rule(
    doc = "Stands for js_run_binary of rules_js.",
    implementation = _js_run_binary_impl,
    attrs = {
        "args": attr.string_list(),
        "execution_requirements": attr.string_dict(),
        "mnemonic": attr.string(default = "JsRunBinary"),
        "outs": attr.output_list(mandatory = True),
        "srcs": attr.label_list(allow_files = True),
        # JavaScript is the same for every platform: with "target" no tool is compiled a second time.
        "tool": attr.label(executable = True, cfg = "target", mandatory = True),
    },
)
