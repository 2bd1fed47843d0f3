"""Every macro that a BUILD file of this repository may use. Each is documented where it is defined.

| macro           | makes                                                             |
| --------------- | ----------------------------------------------------------------- |
| ts_library      | TypeScript of one package: compiled, linted, imports checked       |
| ts_test         | tests on node's test runner                                        |
| worker_bundle   | one minified ES module for Cloudflare Workers, with a size budget  |
| linkable_platform | the platform, minified once for the Workers of all tenants      |
| page_script     | one minified ES module for browsers, with a size budget            |
| worker_app      | routes that some tenants' Workers have besides those of the platform |
| worker_test     | tests that talk to such a bundle in workerd                        |
| node_tool       | a node program for `bazel run` and for build actions               |
| runtime_files   | files that targets of other packages read, such as migrations      |
| golden_test     | compares a made file with a kept one                               |
| generated_page  | a page of docs that a program writes                               |
| tenant          | everything of one tenant                                           |
| tenant_pool     | everything of several tenants in one Worker                        |
| tenants_test    | no two tenants share what must be their own                        |
| repository_root | what all packages share: npm packages, settings of compiler and lint |
| package_checks  | format and completeness of a package; the others call it           |
"""

load(
    "//tools/build/private:bundle.bzl",
    _linkable_platform = "linkable_platform",
    _page_script = "page_script",
    _worker_bundle = "worker_bundle",
)
load("//tools/build/private:checks.bzl", _package_checks = "package_checks")
load("//tools/build/private:files.bzl", _runtime_files = "runtime_files")
load("//tools/build/private:golden.bzl", _generated_page = "generated_page", _golden_test = "golden_test")
load("//tools/build/private:node_tool.bzl", _node_tool = "node_tool")
load("//tools/build/private:root.bzl", _repository_root = "repository_root")
load("//tools/build/private:tenant.bzl", _tenant = "tenant", _tenants_test = "tenants_test")
load("//tools/build/private:tenant_pool.bzl", _tenant_pool = "tenant_pool")
load("//tools/build/private:typescript.bzl", _ts_library = "ts_library", _ts_test = "ts_test")
load("//tools/build/private:worker_app.bzl", _worker_app = "worker_app")
load("//tools/build/private:worker_test.bzl", _worker_test = "worker_test")

generated_page = _generated_page
golden_test = _golden_test
linkable_platform = _linkable_platform
node_tool = _node_tool
package_checks = _package_checks
page_script = _page_script
repository_root = _repository_root
runtime_files = _runtime_files
tenant = _tenant
tenant_pool = _tenant_pool
tenants_test = _tenants_test
ts_library = _ts_library
ts_test = _ts_test
worker_app = _worker_app
worker_bundle = _worker_bundle
worker_test = _worker_test
