"""runtime_files: files that programs read, given to other packages."""

load("@aspect_rules_js//js:defs.bzl", "js_library")
load(":checks.bzl", "package_checks")

def runtime_files(name, srcs, visibility = None, tags = []):
    """Files of one package that targets of others name in their data, at the same path as in the repository.

    | target    | what      | command |
    | --------- | --------- | ------- |
    | `:<name>` | the files | `bazel build //pkg:<name>` |

    Args:
      name: the set of files.
      srcs: files of this package.
      visibility: who may use it.
      tags: tags of the target.
    """
    js_library(
        name = name,
        srcs = srcs,
        tags = tags,
        visibility = visibility,
    )
    package_checks()
