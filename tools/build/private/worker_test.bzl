"""worker_test: tests against a bundle in the real runtime."""

load(":labels.bzl", "absolute", "unique")
load(":typescript.bzl", "ts_test")

def worker_test(
        name,
        srcs,
        worker,
        deps = [],
        data = [],
        env = {},
        size = "medium",
        tags = []):
    """Tests that talk to a Worker bundle booted in workerd, with what Cloudflare alone has imitated.

    | target         | what                                                    | command |
    | -------------- | ------------------------------------------------------- | ------- |
    | `:<name>`      | the tests; $WORKER_BUNDLE is the path of the module     | `bazel test //pkg:<name>` |
    | `:lint`        | see package_checks                                      | |

    The sandbox has no network but loopback. miniflare and the simulators are dependencies already.

    Args:
      name: name of the test.
      srcs: .test.ts files, and what only they use.
      worker: label of a worker_bundle; or several: names of environment variables → labels.
      deps: targets whose code the tests import.
      data: files the tests read.
      env: more environment variables.
      size: medium unless it boots a Worker many times.
      tags: tags of all targets.
    """
    workers = worker if type(worker) == type({}) else {"WORKER_BUNDLE": worker}
    paths = {key: "$(rootpath {}.js)".format(absolute(label)) for key, label in workers.items()}
    ts_test(
        name = name,
        size = size,
        srcs = srcs,
        data = unique(data + workers.values() + [absolute(label) + ".js" for label in workers.values()]),
        env = dict(env, **paths),
        tags = tags + ["block-network"],
        deps = unique(deps + [
            "//:node_modules/miniflare",
            "//platform/simulators/runtime",
        ]),
    )
