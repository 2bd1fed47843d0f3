"""Air-gapped stand-in for the part of @aspect_rules_esbuild//esbuild:defs.bzl that this repository uses."""

load(":js.bzl", "JsInfo", "merge_js_info", "run_js_binary")

# As in rules_esbuild: the attributes win over the config for these.
_NOT_IN_CONFIG = ["bundle", "entryPoints", "external", "metafile", "outdir", "outfile", "preserveSymlinks", "sourcemap", "splitting"]

def _esbuild_impl(ctx):
    deps = merge_js_info(deps = ctx.attr.srcs + ctx.attr.deps)
    outs = [ctx.outputs.output] + ([ctx.outputs.output_map] if ctx.outputs.output_map else [])
    metafile = None
    if ctx.attr.metafile:
        metafile = ctx.actions.declare_file(ctx.label.name + "_metadata.json")
        outs.append(metafile)
    options = {
        "bundle": True,
        "define": ctx.attr.define,
        "entryPoints": [ctx.file.entry_point.short_path],
        "external": ctx.attr.external,
        "logLevel": "warning",
        "logLimit": 0,
        "metafile": ctx.attr.metafile,
        "outfile": ctx.outputs.output.short_path,
        "platform": ctx.attr.platform,
        "sourcesContent": ctx.attr.sources_content,
        "target": ctx.attr.target,
        "tsconfigRaw": {},
    }
    if ctx.attr.minify:
        options["minify"] = True
    else:
        options["ignoreAnnotations"] = True
    if ctx.attr.format:
        options["format"] = ctx.attr.format
    if ctx.attr.sourcemap:
        options["sourcemap"] = ctx.attr.sourcemap

    config = json.decode(ctx.attr.config) if ctx.attr.config else {}
    for key in config:
        if key in _NOT_IN_CONFIG:
            fail("{}: esbuild takes {} from the attribute, not from the config".format(ctx.label, key))
    options.update(config)
    run_js_binary(
        ctx,
        mnemonic = "esbuild",
        message = "Bundling Javascript {} [esbuild]".format(ctx.file.entry_point.short_path),
        tool = ctx.executable._driver,
        args = [json.encode(options), metafile.short_path if metafile else ""],
        files = depset(ctx.files.srcs + [ctx.file.entry_point], transitive = [deps.sources]).to_list(),
        npm = deps.npm,
        outs = outs,
    )
    return [
        DefaultInfo(files = depset(outs), runfiles = ctx.runfiles(files = outs)),
        merge_js_info(sources = outs),
    ]

_esbuild = rule(
    implementation = _esbuild_impl,
    attrs = {
        "config": attr.string(),
        "define": attr.string_dict(),
        "deps": attr.label_list(providers = [JsInfo]),
        "entry_point": attr.label(allow_single_file = True, mandatory = True),
        "external": attr.string_list(),
        "format": attr.string(),
        "metafile": attr.bool(),
        "minify": attr.bool(),
        "output": attr.output(mandatory = True),
        "output_map": attr.output(),
        "platform": attr.string(default = "browser"),
        "sourcemap": attr.string(),
        "sources_content": attr.bool(),
        "srcs": attr.label_list(allow_files = True),
        "target": attr.string_list(),
        "_driver": attr.label(default = "@//tools/airgap:bundle_with_esbuild", executable = True, cfg = "target"),
    },
)

def esbuild(name, config = None, sourcemap = "linked", target = ["es2015"], output = None, **kwargs):
    """Stands for esbuild of rules_esbuild, with a dict as config.

    Args:
      name: the target.
      config: dict of esbuild options that have no attribute.
      sourcemap: linked, external, inline or both.
      target: string or list of esbuild targets.
      output: name of the bundle; the default is <name>.js.
      **kwargs: the other attributes of the rule.
    """
    output = output or name + ".js"
    _esbuild(
        name = name,
        config = json.encode(config) if config else "",
        output = output,
        output_map = output + ".map" if sourcemap and sourcemap != "inline" else None,
        sourcemap = sourcemap,
        target = [target] if type(target) == "string" else target,
        **kwargs
    )
