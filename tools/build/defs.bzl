"""Every macro that a BUILD file of this repository may use. Each is documented where it is defined.

| macro           | makes                                                             |
| --------------- | ----------------------------------------------------------------- |
| ts_library      | TypeScript of one package: compiled, linted, imports checked       |
| ts_test         | tests on node's test runner                                        |
| worker_bundle   | one minified ES module for Cloudflare Workers, with a size budget  |
| worker_test     | tests that talk to such a bundle in workerd                        |
| node_tool       | a node program for `bazel run` and for build actions               |
| golden_test     | compares a made file with a kept one                               |
| tenant          | everything of one tenant                                           |
| package_checks  | format and completeness of a package; the others call it           |
"""

load("//tools/build/private:checks.bzl", _package_checks = "package_checks")
load("//tools/build/private:typescript.bzl", _ts_library = "ts_library", _ts_test = "ts_test")

package_checks = _package_checks
ts_library = _ts_library
ts_test = _ts_test
