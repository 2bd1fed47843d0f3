"""worker_app: routes that some tenants' Workers have besides those of the platform."""

load("@aspect_rules_js//js:defs.bzl", "js_binary", "js_library", "js_run_binary", "js_test")
load(":bundle.bzl", "worker_bundle")
load(":labels.bzl", "path_in_repository", "unique")
load(":typescript.bzl", "ts_library")
load(":worker_test.bzl", "worker_test")

_OPENAPI = "gen/openapi.json"
_POOL_ENTRY = "gen/pool-entry.js"
_ROWS = "route-rows.ts"

# Every feature of the platform, what injects faults, and the app.
_POOL_MAX_GZIP_BYTES = 150000

def worker_app(name, srcs, tests, deps):
    """An app: the Worker of a tenant that names it has its routes too.

    | target            | what                                                           | command |
    | ----------------- | -------------------------------------------------------------- | ------- |
    | `:<name>`         | its code; `tenant(worker = "//apps/<name>")` mounts it          | `bazel build //apps/<name>` |
    | `:lint`           | test: eslint with types, and the walls between tenants          | `bazel test //apps/<name>:lint` |
    | `:<name>.openapi` | its part of /openapi.json; refuses a path outside of /<name>/   | `bazel build //apps/<name>:<name>.openapi` |
    | `:test`           | its tests, in a Worker with several tenants                     | `bazel test //apps/<name>:test` |
    | `:isolation`      | test: the isolation matrix over its routes; one without a row in route-rows.ts fails | `bazel test //apps/<name>:isolation` |

    `app.ts` exports `app`, and `route-rows.ts` exports `ROUTE_ROWS`.

    Args:
      name: the app; its folder is apps/<name>.
      srcs: .ts files that run in the Worker.
      tests: .test.ts files, which talk to $WORKER_BUNDLE, and what only they use.
      deps: packages of the platform that srcs import.
    """
    if native.package_name() != "apps/" + name:
        fail("worker_app(name = \"{0}\") is in {1}: move it to apps/{0}.".format(name, native.package_name()))
    ts_library(
        name = name,
        srcs = srcs,
        visibility = ["//tenants:__subpackages__"],
        deps = deps,
    )
    _checked_routes(name)
    worker_bundle(
        name = "pool",
        testonly = True,
        srcs = [_OPENAPI],
        entry_point = _POOL_ENTRY,
        max_gzip_bytes = _POOL_MAX_GZIP_BYTES,
        deps = [
            ":" + name,
            "//platform/worker/testing:pool_entry",
        ],
    )
    worker_test(
        name = "test",
        srcs = tests,
        worker = ":pool",
        deps = unique(deps + ["//platform/worker/testing"]),
    )
    _isolation_test(name)

def _checked_routes(name):
    js_binary(
        name = name + ".writer",
        data = [
            ":" + name,
            "//tools/reference:write_app.program",
        ],
        entry_point = "//tools/reference:write-app.js",
    )
    js_run_binary(
        name = name + ".written",
        outs = [_OPENAPI, _POOL_ENTRY],
        args = [name, path_in_repository(_OPENAPI), path_in_repository(_POOL_ENTRY)],
        mnemonic = "WorkerApp",
        tool = ":{}.writer".format(name),
    )
    js_library(
        name = name + ".openapi",
        srcs = [_OPENAPI],
        visibility = ["//tenants:__subpackages__"],
    )

def _isolation_test(name):
    ts_library(
        name = "rows",
        testonly = True,
        srcs = [_ROWS],
        deps = ["//tests/security:rows"],
    )
    js_test(
        name = "isolation",
        size = "medium",
        data = [
            ":pool",
            ":rows",
            ":" + name,
            "//platform/worker/testing",
            "//tests/security:isolation_matrix.compiled",
            "//tests/security:route_rows.compiled",
            "//tools/quality:run_tests",
        ],
        entry_point = "//tools/quality:run-tests.js",
        env = {
            "APP": name,
            "WORKER_BUNDLE": path_in_repository("pool.js"),
        },
        fixed_args = [
            "tests/security/route-rows.test.js",
            "tests/security/isolation-matrix.test.js",
        ],
        node_options = ["--enable-source-maps"],
        tags = ["block-network"],
    )
