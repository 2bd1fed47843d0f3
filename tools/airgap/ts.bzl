"""Air-gapped stand-ins for the part of @aspect_rules_ts//ts:defs.bzl that this repository uses."""

load(":js.bzl", "JsInfo", "merge_js_info", "run_js_binary")

def _string_flag_impl(_ctx):
    return []

string_flag = rule(
    doc = "Stands for a string_flag of skylib; the value is not read.",
    implementation = _string_flag_impl,
    build_setting = config.string(flag = True),
)

def _ts_config_impl(ctx):
    return [
        DefaultInfo(files = depset([ctx.file.src])),
        merge_js_info(sources = [ctx.file.src], deps = ctx.attr.deps),
    ]

ts_config = rule(
    doc = "Stands for ts_config of rules_ts.",
    implementation = _ts_config_impl,
    attrs = {
        "deps": attr.label_list(allow_files = True),
        "src": attr.label(allow_single_file = True, mandatory = True),
    },
)

def _write_tsconfig(ctx):
    package = ctx.label.package
    up = "/".join([".."] * len(package.split("/"))) if package else "."
    content = json.decode(ctx.attr.tsconfig)
    if ctx.file.extends:
        content["extends"] = "{}/{}".format(up, ctx.file.extends.short_path)
    content["files"] = ["{}/{}".format(up, f.short_path) for f in ctx.files.srcs]
    ctx.actions.write(ctx.outputs.tsconfig_out, json.encode(content))
    return ctx.outputs.tsconfig_out

def _ts_project_impl(ctx):
    tsconfig = _write_tsconfig(ctx)
    configs = [tsconfig] + ([ctx.file.extends] if ctx.file.extends else [])
    deps = merge_js_info(deps = ctx.attr.deps + ctx.attr.srcs)
    run_js_binary(
        ctx,
        mnemonic = "TsProject",
        message = "Transpiling & type-checking TypeScript project {} [tsc]".format(ctx.label),
        tool = ctx.executable._compiler,
        is_worker = True,
        args = ["--project", tsconfig.short_path, "--rootDir", ctx.label.package or "."],
        files = depset(ctx.files.srcs + configs, transitive = [deps.types]).to_list(),
        npm = deps.npm,
        outs = ctx.outputs.js_outs + ctx.outputs.map_outs + ctx.outputs.dts_outs,
    )
    js = ctx.outputs.js_outs + ctx.outputs.map_outs
    declarations = ctx.outputs.dts_outs + [f for f in ctx.files.srcs if f.path.endswith(".d.ts")]
    return [
        DefaultInfo(files = depset(js or declarations), runfiles = ctx.runfiles(files = ctx.files.data)),
        merge_js_info(sources = js, types = declarations, deps = ctx.attr.deps + ctx.attr.data),
        OutputGroupInfo(types = depset(declarations)),
    ]

_ts_project = rule(
    implementation = _ts_project_impl,
    attrs = {
        "data": attr.label_list(allow_files = True),
        "deps": attr.label_list(providers = [JsInfo]),
        "dts_outs": attr.output_list(),
        "extends": attr.label(allow_single_file = True),
        "js_outs": attr.output_list(),
        "map_outs": attr.output_list(),
        "srcs": attr.label_list(allow_files = [".ts", ".tsx"]),
        "tsconfig": attr.string(),
        "tsconfig_out": attr.output(),
        # As in rules_ts, the compiler is no dependency of the user's.
        "_compiler": attr.label(default = "@//tools/airgap:compile_typescript", executable = True, cfg = "target"),
    },
)

def ts_project(
        name,
        srcs,
        tsconfig,
        extends = None,
        deps = [],
        data = [],
        declaration = False,
        source_map = False,
        transpiler = None,
        **kwargs):
    """Stands for ts_project of rules_ts, with a dict as tsconfig and tsc as transpiler.

    Args:
      name: the target.
      srcs: TypeScript files of this package.
      tsconfig: dict with compilerOptions.
      extends: label of a ts_config.
      deps: targets with JsInfo.
      data: files needed at run time.
      declaration: whether .d.ts files are written.
      source_map: whether .js.map files are written.
      transpiler: must be "tsc"; the real rule demands a choice.
      **kwargs: common attributes.
    """
    if type(tsconfig) != type({}):
        fail("ts_project: the air-gapped mode only knows a dict as tsconfig")
    if transpiler != "tsc":
        fail("ts_project: write transpiler = \"tsc\", the real rule demands a choice")
    options = dict(tsconfig.get("compilerOptions", {}))
    for key, value in {
        "allowJs": False,
        "declaration": declaration,
        "declarationMap": False,
        "emitDeclarationOnly": False,
        "noEmit": False,
        "sourceMap": source_map,
    }.items():
        options.setdefault(key, value)
    stems = [src.rpartition(".")[0] for src in srcs if src.endswith((".ts", ".tsx")) and not src.endswith(".d.ts")]
    _ts_project(
        name = name,
        srcs = srcs,
        data = data,
        deps = deps,
        dts_outs = [stem + ".d.ts" for stem in stems] if declaration else [],
        extends = extends,
        js_outs = [stem + ".js" for stem in stems],
        map_outs = [stem + ".js.map" for stem in stems] if source_map else [],
        tsconfig = json.encode(dict(tsconfig, compilerOptions = options)),
        tsconfig_out = "tsconfig_{}.json".format(name),
        **kwargs
    )
